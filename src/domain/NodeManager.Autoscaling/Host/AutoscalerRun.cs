using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Decisions;
using NodeManager.Autoscaling.Providers;
using NodeManager.Autoscaling.Reconciliation;
using NodeManager.Controllers.Leasing;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Transport;

namespace NodeManager.Autoscaling.Host;

/// <summary>One autoscaler, from its start to its end.</summary>
[SuppressMessage(
    "Design",
    "CA1001",
    Justification = "The token source has no timer and no wait handle, and code that stops a run may still read its token."
)]
internal sealed class AutoscalerRun(
    NodeManagerSession session,
    ClusterConnection connection,
    AutoscalerOptions options,
    IOperationObserver observer
) : ILeader
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly AutoscalerCounters _counters = new();
    private DecisionLog? _decisions;
    private AutoscalerControllers? _controllers;
    private volatile bool _knowsLeader;
    private bool _once;
    private CancellationToken _stopping;

    /// <summary>Unique.</summary>
    public string Identity { get; } = session.NewHolder();

    public string Namespace => options.Namespace;

    /// <summary>See <see cref="AutoscalerControllers.Load"/>; null if it does not act.</summary>
    public (int Waiting, int Working, int Delayed)? Load => _controllers?.Load;

    public DateTimeOffset StartedAt { get; } = connection.Time.GetUtcNow();

    public AutoscalerActivity Observe()
    {
        AutoscalerControllers? controllers = _controllers;
        (IReadOnlyList<AutoscalerPoolActivity> pools, IReadOnlyDictionary<string, int> pods) =
            controllers?.Observe() ?? ([], new Dictionary<string, int>());
        return new()
        {
            Identity = Identity,
            StartedAt = StartedAt,
            ObservedAt = connection.Time.GetUtcNow(),
            IsLeader = controllers is not null,
            KnowsLeader = _knowsLeader,
            LeaderSince = controllers?.Since,
            Queue = controllers?.Load ?? default,
            Plans = _counters.Plans,
            CheckedAt = _counters.CheckedAt,
            Decisions = _counters.Decisions,
            Failures = _counters.Failures,
            Contradictions = _counters.Contradictions,
            Pods = pods,
            Pools = pools,
        };
    }

    /// <summary>Completes when it has ended.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Requests its end.</summary>
    public void Stop() => _stop.Cancel();

    public async Task RunAsync(bool once, CancellationToken cancellationToken)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        CancellationToken stop = _stopping = linked.Token;
        _once = once;
        try
        {
            // Fails immediately without CRDs or permissions, rather than when it leads.
            await NodeSmithErrors.InstalledAsync(
                session.Cluster,
                connection.Client.ListAsync(NodeSmithResources.Claims, new() { Namespace = options.Namespace }, stop)
            );
            LeaderLeaseOptions lease = new()
            {
                Name = NodeSmithNames.LeaderLease,
                Namespace = options.Namespace,
                Identity = Identity,
                Duration = options.LeaseDuration,
            };
            await new LeaderElection(connection.Client, connection.Caches(), lease, this, connection.Closed).RunAsync(stop);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // Stopped on request.
        }
        finally
        {
            _ended.TrySetResult();
        }
    }

    void ILeaseListener.Renewed(Lease lease) => _knowsLeader = true;

    void ILeaseListener.RenewalRefused(Exception failure) =>
        observer.Warning(
            $"Lease {options.Namespace}/{NodeSmithNames.LeaderLease} cannot be renewed: {failure.Message} The autoscaler stops acting within {options.LeaseDuration.TotalSeconds:0} s unless a renewal succeeds."
        );

    void ILeaseListener.InDoubt(TimeSpan unrenewed)
    {
        _knowsLeader = false;
        observer.Warning(
            $"Lease {options.Namespace}/{NodeSmithNames.LeaderLease} could not be renewed for {unrenewed.TotalSeconds:0} s: the autoscaler does not act until it is."
        );
    }

    void ILeader.Waiting(LeaseState other)
    {
        _knowsLeader = true;
        observer.Verbose($"{other.Holder} leads; waiting until it stops renewing its lease.");
    }

    void ILeader.Leading()
    {
        _knowsLeader = true;
        _decisions = new(connection.Client, options.Namespace, observer, _counters.Decided);
        observer.Verbose($"{Identity} leads.");
    }

    void ILeader.TakenOver(string taker) =>
        observer.Warning($"{(taker.Length > 0 ? taker : "Another process")} took over; this autoscaler waits.");

    bool ILeader.Failed(Exception failure, bool isLeading)
    {
        if (isLeading)
        {
            observer.Warning($"The autoscaler cannot read what it needs, and tries again: {failure.Message}");
            return true;
        }

        _knowsLeader = false;
        observer.Verbose($"The lease cannot be acquired: {failure.Message}");
        // A refusal is permanent.
        return TransientFailure.Is(failure);
    }

    // True if it ran once and is completed.
    async Task<bool> ILeader.WorkAsync(CancellationToken leadership)
    {
        ServerCapabilities capabilities = await connection.Client.GetCapabilitiesAsync(leadership);
        int minor = int.TryParse((await connection.Client.GetVersionAsync(leadership)).Minor.TrimEnd('+'), out int known) ? known : 37;
        using AutoscalerScope scope = new(session, options, Identity, _decisions!, _counters, observer);
        using var round = CancellationTokenSource.CreateLinkedTokenSource(leadership);
        using AutoscalerControllers controllers = new(scope, capabilities, minor, round.Token);
        _controllers = controllers;
        Task further = _once ? Task.CompletedTask : options.LeaderWork?.Invoke(session, observer, round.Token) ?? Task.CompletedTask;
        try
        {
            Task running = controllers.RunAsync(round.Token);
            if (_once && await Task.WhenAny(running, controllers.Settled) != running)
            {
                await round.CancelAsync();
                await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await FlushAsync(scope);
                return true;
            }

            await running;
            return false;
        }
        finally
        {
            _controllers = null;
            await round.CancelAsync();
            await further.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_stopping.IsCancellationRequested)
                await FlushAsync(scope);
        }
    }

    // Releases leases of claims and writes decisions for the next leader.
    private async Task FlushAsync(AutoscalerScope scope)
    {
        using CancellationTokenSource limit = CleanUpLimit.Start();
        try
        {
            await scope.Decisions.WriteAsync(limit.Token);
            await Parallel.ForEachAsync(
                scope.Claims.Items.Where(one => one.Status?.Lease?.Holder == Identity),
                new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = limit.Token },
                async (claim, token) =>
                    await connection.Client.PatchAsync(
                        NodeSmithResources.Claims,
                        claim.Metadata.Name,
                        claim.Metadata.Namespace,
                        Patch.Merge(
                            new()
                            {
                                ["metadata"] = new JsonObject
                                {
                                    ["uid"] = claim.Metadata.Uid,
                                    ["resourceVersion"] = claim.Metadata.ResourceVersion,
                                },
                                ["status"] = new JsonObject { ["lease"] = null },
                            }
                        ),
                        "status",
                        new() { Retry = false },
                        token
                    )
            );
        }
        catch (Exception e)
            when (e
                    is KubernetesException
                        or NodeManagerException
                        or OperationCanceledException
                        or HttpRequestException
                        or IOException
                        or ObjectDisposedException
            )
        {
            // Then the next leader waits for the expiry.
        }
    }
}
