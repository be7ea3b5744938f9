using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Core.Drain.Rules;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Core.Drain.Running;

/// <summary>
/// Asks for pods to go by EvictionRequest: the pod's own responders work it off and tell of it in the Eviction that the server makes of the
/// request, the last of them being the server's evictor. What did not come to its end is withdrawn. One for a run; thread-safe.
/// </summary>
internal sealed class EvictionRequests(DrainScope scope, ServerCapabilities server, IReadOnlyCollection<string> namespaces) : IAsyncDisposable
{
    /// <summary>Who asks.</summary>
    public const string Requester = "nodemanager.io/drain";

    // A controller that runs makes an Eviction at once.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan CleanUp = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (EvictionProcess? Process, TaskCompletionSource Changed)> _byTarget = [];
    private readonly CancellationTokenSource _stop = new();
    private Task? _watching;

    /// <summary>True for a pod that is to be asked so.</summary>
    public bool IsWanted(PodRecord record, Pod pod) =>
        server.HasEvictionRequests && !record.HasFallenBack && !pod.IsFinished()
        && !scope.Options.DisableEviction && scope.Options.GracePeriod is null
        && (scope.Options.EvictionApi == EvictionApi.EvictionRequest
            || (scope.Options.EvictionApi == EvictionApi.Auto && pod.Spec.EvictionResponders is { Count: > 0 }));

    /// <summary>True when the pod is gone; false when it has to be evicted as always.</summary>
    /// <param name="record">Of the pod.</param>
    /// <param name="pod">As it is now.</param>
    /// <param name="pods">Of its node.</param>
    /// <param name="changed">Told when the record says something else.</param>
    /// <param name="waitUntilGone">Waits for a pod that terminates.</param>
    /// <param name="warn">Told why it has to go as always.</param>
    /// <param name="cancellationToken">Withdraws the request.</param>
    /// <exception cref="DrainStoppedException">It failed, and nothing else was asked for.</exception>
    public async Task<bool> EvictAsync(
        PodRecord record, Pod pod, WatchedObjects<Pod> pods, Action changed, Func<Task> waitUntilGone, Action<string> warn, CancellationToken cancellationToken)
    {
        string name = $"nodemanager-{pod.Uid()}";
        string? failure;
        bool isGone = false;
        Watch();
        try
        {
            await AskAsync(name, pod, cancellationToken);
            failure = await FollowAsync(record, pods, changed, cancellationToken);
            if (failure is null && pods.Find(pod.Uid())?.IsFinished() != true)
            {
                record.IsAccepted = true;
                await waitUntilGone();
                isGone = true;
                return true;
            }
        }
        catch (KubernetesException refused)
        {
            failure = refused.Message.TrimEnd('.');
        }
        finally
        {
            await EndAsync(name, pod, isGone);
        }

        record.HasFallenBack = true;
        if (failure is null) return false;
        if (scope.Options.EvictionApi == EvictionApi.EvictionRequest)
            throw new DrainStoppedException(new() { Kind = "Server", Name = record.Title, Message = $"Its EvictionRequest failed: {failure}.", Pods = new([record.Title]) });
        warn($"Pod {record.Title}: its EvictionRequest led nowhere ({failure}); it is evicted as always.");
        return false;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_watching is not null) await _watching;
        _stop.Dispose();
    }

    private async Task AskAsync(string name, Pod pod, CancellationToken cancellationToken)
    {
        await scope.Throttle.WaitAsync(cancellationToken);
        try
        {
            EvictionRequest request = new()
            {
                ApiVersion = "lifecycle.k8s.io/v1alpha1",
                Kind = "EvictionRequest",
                Metadata = new() { Name = name, Namespace = pod.Metadata.Namespace },
                Spec = new() { Requester = Requester, Intent = "Eviction", Target = new() { Pod = new() { Name = pod.Metadata.Name, Uid = pod.Uid() } } },
            };
            try
            {
                await scope.Client.CreateAsync(Resources.EvictionRequests, request, pod.Metadata.Namespace, new() { Retry = false }, cancellationToken);
            }
            catch (KubernetesException exists) when (exists.Code == HttpStatusCode.Conflict)
            {
                // Of a drain that was interrupted: its wish is renewed.
                await SayAsync(name, pod, "Eviction", cancellationToken);
            }
        }
        finally
        {
            scope.Throttle.Release();
        }
    }

    // Ends when the pod is on its way out (or has ended); says why when that is not to be expected.
    private async Task<string?> FollowAsync(PodRecord record, WatchedObjects<Pod> pods, Action changed, CancellationToken cancellationToken)
    {
        DateTimeOffset asked = scope.Now;
        while (true)
        {
            (Pod? pod, Task podChanged) = pods.Look(record.Plan.Uid);
            if (pod is null || pod.IsTerminating() || pod.IsFinished()) return null;
            (EvictionProcess? process, Task processChanged) = Look(record.Plan.Uid);
            // One that ended when an earlier request was withdrawn is not what becomes of this one.
            if (process?.Status.Conditions?.Exists(c => c is { Type: "Failed", Status: "True", Reason: "CanceledDueToNoRequesters" }) == true) process = null;
            TimeSpan left = asked + Patience - scope.Now;
            if (process is null && left <= TimeSpan.Zero) return $"no Eviction was made of it within {Patience.TotalSeconds:0} s";
            if (process?.Status.Conditions?.Find(c => c is { Type: "Failed", Status: "True" }) is { } failed)
                return string.IsNullOrEmpty(failed.Message) ? failed.Reason ?? "Failed" : failed.Message.TrimEnd('.');
            if (process is not null) Tell(record, process);
            changed();

            using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Task late = Task.Delay(process is null ? left : Timeout.InfiniteTimeSpan, scope.Time, done.Token);
            Task first = await Task.WhenAny(podChanged, processChanged, late);
            await done.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
            await first;
        }
    }

    private void Tell(PodRecord record, EvictionProcess process)
    {
        string responder = process.Status.TargetResponders?.Find(r => r.State == "Active")?.Name ?? "";
        string? message = process.Status.Responders?.Find(r => r.Name == responder)?.Message;
        string who = responder.Length == 0 ? "a responder" : $"responder {responder}";
        record.Waits(who, string.IsNullOrEmpty(message) ? $"It is left to {who}." : message, DrainStep.Responder, responder, scope.Now);
    }

    // Bounded, also when everything else was cancelled.
    private async Task EndAsync(string name, Pod pod, bool isGone)
    {
        using CancellationTokenSource limit = new(CleanUp, scope.Time);
        try
        {
            if (isGone) await scope.Client.DeleteAsync(Resources.EvictionRequests, name, pod.Metadata.Namespace, new(), limit.Token);
            else await SayAsync(name, pod, "Withdrawn", limit.Token);
        }
        catch (Exception exception) when (exception is KubernetesException or OperationCanceledException or NodeManagerException)
        {
            scope.Observer.Verbose($"Pod {pod.Title()}: its EvictionRequest {name} could not be {(isGone ? "removed" : "withdrawn")}: {exception.Message}");
        }
    }

    private Task<EvictionRequest> SayAsync(string name, Pod pod, string intent, CancellationToken cancellationToken) => scope.Client.PatchAsync(
        Resources.EvictionRequests, name, pod.Metadata.Namespace, Patch.Merge(new() { ["spec"] = new JsonObject { ["intent"] = intent } }), null,
        RequestOptions.Default, cancellationToken);

    private void Watch()
    {
        lock (_lock)
        {
            string? one = namespaces.Count == 1 ? namespaces.First() : null;
            _watching ??= new WatchedObjects<EvictionProcess>(scope.Client, Resources.EvictionProcesses, new() { Namespace = one }) { OnChange = Apply }.RunAsync(_stop.Token);
        }
    }

    private void Apply(EvictionProcess process, bool isGone)
    {
        if (process.Spec.Target.Pod?.Uid is not { } uid) return;
        TaskCompletionSource? told;
        lock (_lock)
        {
            told = _byTarget.TryGetValue(uid, out var entry) ? entry.Changed : null;
            // Of several, one that failed says nothing about the one that followed it.
            bool isOld = entry.Process is { } known && known.Metadata.Uid != process.Metadata.Uid && known.Metadata.CreationTimestamp > process.Metadata.CreationTimestamp;
            if (isOld) return;
            _byTarget[uid] = (isGone ? null : process, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        told?.TrySetResult();
    }

    private (EvictionProcess? Process, Task Changed) Look(string uid)
    {
        lock (_lock)
        {
            if (!_byTarget.TryGetValue(uid, out var entry))
                _byTarget[uid] = entry = (null, new(TaskCreationOptions.RunContinuationsAsynchronously));
            return (entry.Process, entry.Changed.Task);
        }
    }
}
