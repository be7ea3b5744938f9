using System.Net;
using NodeManager.Controllers.Caching;
using NodeManager.Drains.Decisions;
using NodeManager.Drains.Progress;
using NodeManager.Kubernetes.Errors;
using NodeManager.Scheduling;

namespace NodeManager.Drains.Workloads;

/// <summary>
/// Waits until the workloads of the evicted pods have all desired replicas ready. Without a limit from the user the wait ends if no missing
/// pod has progressed for a while.
/// </summary>
internal sealed class Replacements : IDisposable
{
    // Enough for an autoscaler to add a node.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    // A replacement that is stuck for this long is reported immediately.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(15);

    private readonly DrainScope _scope;
    private readonly WorkloadWatch _watch;
    private readonly HashSet<string> _owners;

    // The caches may lag behind the drain, which has observed the deletions.
    private readonly HashSet<string> _remaining;

    private Replacements(DrainScope scope, IReadOnlyList<Pod> pods)
    {
        _scope = scope;
        _owners = [.. pods.Select(p => p.Controller()!.Uid)];
        _remaining = [.. pods.Select(p => p.Uid())];
        _watch = new(scope, pods.Select(p => p.Metadata.Namespace).Distinct().ToList() is [string one] ? one : null);
    }

    /// <summary>Receives the missing pods as text when they change.</summary>
    public Action<string> OnChanged { get; set; } = static _ => { };

    public IReadOnlyList<WorkloadPods> Missing => _watch.Read(board => board.Missing(_owners, _remaining));

    /// <summary>Null if no evicted pod belongs to a workload that recreates it.</summary>
    public static Replacements? For(DrainScope scope, IEnumerable<PodRecord> records, Action<string> warn)
    {
        List<Pod> gone =
        [
            .. records.Where(r => r.Plan.Rule != "Finished" && r.IsReportedGone && r.Pod.Controller() is not null).Select(r => r.Pod),
        ];
        ILookup<bool, Pod> known = gone.ToLookup(p =>
            p.Controller() is { Kind: "ReplicaSet" or "StatefulSet" } o && o.ApiVersion.StartsWith("apps/", StringComparison.Ordinal)
        );
        foreach (
            string owner in known[false]
                .Select(p => $"{p.Controller()!.Kind} {p.Metadata.Namespace}/{p.Controller()!.Name}")
                .Where(o => !o.StartsWith("Job ", StringComparison.Ordinal))
                .Distinct()
        )
            warn($"Cannot check whether {owner} has replaced its pods.");
        return known[true].Any() ? new(scope, [.. known[true]]) : null;
    }

    /// <summary>Completes when nothing is missing. If the workloads cannot be read, it warns and completes.</summary>
    /// <exception cref="DrainStoppedException">No missing pod is progressing, and the user set no limit.</exception>
    public async Task WaitAsync(Action<string> warn, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            await await Task.WhenAny(JudgeAsync(warn, stop.Token), _watch.Failed);
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.Forbidden)
        {
            warn($"Cannot check whether the evicted pods were replaced: {refused.Message}");
        }
        finally
        {
            await stop.CancelAsync();
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    public void Dispose() => _watch.Dispose();

    private async Task JudgeAsync(Action<string> warn, CancellationToken cancellationToken)
    {
        bool hasLimit = _scope.Options.HasTimeout;
        DateTimeOffset? stuckSince = null;
        string reported = "";
        while (true)
        {
            (IReadOnlyList<WorkloadPods>? missing, Task changed) = _watch.Observe(board => board.Missing(_owners, _remaining));
            if (missing is { Count: 0 })
                return;
            DateTimeOffset now = _scope.Now;
            stuckSince = missing?.All(m => m.IsStuck) == true ? stuckSince ?? now : null;
            TimeSpan stuckFor = now - stuckSince ?? TimeSpan.Zero;
            string words = string.Join("; ", (missing ?? []).Select(m => $"{m.Title}: {m.Describe()}"));
            if (missing is not null)
                OnChanged(string.Join(", ", missing.Take(3).Select(m => $"{m.Title} {m.Ready} of {m.Desired}")));
            if (stuckFor >= Quiet && words != reported)
            {
                reported = words;
                warn($"No replacement of the evicted pods is starting: {words}.");
            }

            if (stuckFor >= Limit && !hasLimit)
                throw new DrainStoppedException(null);
            TimeSpan? timeLeft =
                stuckSince is null || (hasLimit && stuckFor >= Quiet) ? null : (stuckFor < Quiet ? Quiet : Limit) - stuckFor;
            await _scope.Time.WaitForChangeAsync([changed], timeLeft, cancellationToken);
        }
    }
}
