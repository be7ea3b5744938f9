using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using NodeManager.Controllers.Leasing;
using NodeManager.Core.Autoscaling.Decisions;
using NodeManager.Core.Autoscaling.Providers;
using NodeManager.Core.Autoscaling.Resources;
using NodeManager.Core.Autoscaling.State;
using NodeManager.Core.Observing;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Transport;

namespace NodeManager.Core.Autoscaling.Running;

/// <summary>One autoscaler, from its start to its end.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The token source has no timer and no wait handle, and whoever stops a run may still look at its token.")]
internal sealed class AutoscalerRun(NodeManagerSession session, ClusterConnection connection, AutoscalerOptions options, IOperationObserver observer) : ILeaseListener
{
    // What a shutdown may take to give back what it holds.
    private static readonly TimeSpan CleanUp = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly AutoscalerCounters _counters = new();
    private AutoscalerControllers? _controllers;
    private volatile bool _knowsLeader;

    /// <summary>No other has the same.</summary>
    public string Identity { get; } = $"{session.Who()}/{Guid.NewGuid():n}"[..Math.Min(200, session.Who().Length + 9)];

    public string Namespace => options.Namespace;

    public bool IsLeader => _controllers is not null;

    /// <summary>See <see cref="AutoscalerControllers.Load"/>; null where it does not act.</summary>
    public (int Waiting, int Working, int Delayed)? Load => _controllers?.Load;

    public DateTimeOffset StartedAt { get; } = connection.Time.GetUtcNow();

    public AutoscalerActivity Observe()
    {
        AutoscalerControllers? controllers = _controllers;
        (IReadOnlyList<AutoscalerPoolActivity> pools, IReadOnlyDictionary<string, int> pods) = controllers?.Observe() ?? ([], new Dictionary<string, int>());
        return new()
        {
            Identity = Identity, StartedAt = StartedAt, ObservedAt = connection.Time.GetUtcNow(), IsLeader = controllers is not null, KnowsLeader = _knowsLeader,
            LeaderSince = controllers?.Since, Queue = controllers?.Load ?? default, Plans = _counters.Plans, Decisions = _counters.Decisions,
            Failures = _counters.Failures, Pods = pods, Pools = pools,
        };
    }

    /// <summary>Ends when it has ended.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Asks it to end.</summary>
    public void Stop() => _stop.Cancel();

    public async Task RunAsync(bool once, CancellationToken cancellationToken)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        CancellationToken stop = linked.Token;
        try
        {
            // Fails at once where the resources or permissions are missing, rather than when it leads.
            await NodeSmithErrors.InstalledAsync(session.Cluster, connection.Client.ListAsync(NodeSmithResources.Claims, new() { Namespace = options.Namespace }, stop));
            while (!await LeadAsync(once, stop))
            {
                // Another one leads, or took over.
            }
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

    void ILeaseListener.RenewalRefused(Exception failure) => observer.Warning(
        $"Lease {options.Namespace}/{NodeSmithNames.LeaderLease} cannot be renewed: {failure.Message} The autoscaler stops acting within {options.LeaseDuration.TotalSeconds:0} s unless a renewal succeeds.");

    void ILeaseListener.InDoubt(TimeSpan unrenewed)
    {
        _knowsLeader = false;
        observer.Warning($"Lease {options.Namespace}/{NodeSmithNames.LeaderLease} could not be renewed for {unrenewed.TotalSeconds:0} s: the autoscaler does not act until it is.");
    }

    // True where it ran once and is done.
    private async Task<bool> LeadAsync(bool once, CancellationToken cancellationToken)
    {
        LeaderLeaseOptions leaseOptions = new() { Name = NodeSmithNames.LeaderLease, Namespace = options.Namespace, Identity = Identity, Duration = options.LeaseDuration };
        await using LeaderLease lease = new(connection.Client, connection.Caches(), leaseOptions, this, connection.Closed);
        LeaseState? other;
        try
        {
            other = await lease.TryAcquireAsync(state => observer.Verbose($"{state.Holder} leads; waiting until it stops renewing its lease."), cancellationToken);
        }
        catch (Exception e) when (TransientFailure.Is(e) && !cancellationToken.IsCancellationRequested)
        {
            _knowsLeader = false;
            observer.Verbose($"The lease cannot be read: {e.Message}");
            await Task.Delay(FirstPause, connection.Time, cancellationToken);
            return false;
        }

        _knowsLeader = true;
        if (other is not null)
        {
            await Task.Delay(options.LeaseDuration / 5, connection.Time, cancellationToken);
            return false;
        }

        observer.Verbose($"{Identity} leads.");
        try
        {
            return await ActAsync(lease, once, cancellationToken);
        }
        finally
        {
            if (!lease.Lost.IsCancellationRequested) await GiveBackAsync(lease);
        }
    }

    private async Task<bool> ActAsync(LeaderLease lease, bool once, CancellationToken cancellationToken)
    {
        var decisions = new DecisionLog(connection.Client, options.Namespace, observer, _counters.Decided);
        ServerCapabilities capabilities = await connection.Client.GetCapabilitiesAsync(cancellationToken);
        int minor = int.TryParse((await connection.Client.GetVersionAsync(cancellationToken)).Minor.TrimEnd('+'), out int known) ? known : 37;
        for (TimeSpan pause = FirstPause; !lease.Lost.IsCancellationRequested; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            await lease.HoldAsync(cancellationToken);
            using var hold = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.InDoubt, lease.Lost);
            using AutoscalerScope scope = new(session, options, Identity, decisions, _counters, observer);
            using AutoscalerControllers controllers = new(scope, capabilities, minor, hold.Token);
            _controllers = controllers;
            long start = connection.Time.GetTimestamp();
            try
            {
                Task running = controllers.RunAsync(hold.Token);
                if (once && await Task.WhenAny(running, controllers.Settled) != running)
                {
                    await hold.CancelAsync();
                    await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    await FlushAsync(scope);
                    return true;
                }

                await running;
            }
            catch (OperationCanceledException) when (hold.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                // In doubt, or lost.
                continue;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && (TransientFailure.Is(e) || e is KubernetesException))
            {
                observer.Warning($"The autoscaler cannot read what it needs, and tries again: {e.Message}");
            }
            finally
            {
                _controllers = null;
                if (cancellationToken.IsCancellationRequested) await FlushAsync(scope);
            }

            if (connection.Time.GetElapsedTime(start) > LongestPause) pause = FirstPause;
            await Task.Delay(pause, connection.Time, cancellationToken);
        }

        observer.Warning($"{(lease.Taker.Length > 0 ? lease.Taker : "Another process")} took over; this autoscaler waits.");
        return false;
    }

    // The next leader need not wait for leases of claims that run out, and finds all decisions.
    private async Task FlushAsync(AutoscalerScope scope)
    {
        using CancellationTokenSource limit = new(CleanUp, TimeProvider.System);
        try
        {
            await scope.Decisions.WriteAsync(limit.Token);
            await Parallel.ForEachAsync(
                scope.Claims.Items.Where(one => one.Status?.Lease?.Holder == Identity), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = limit.Token },
                async (claim, token) => await connection.Client.PatchAsync(
                    NodeSmithResources.Claims, claim.Metadata.Name, claim.Metadata.Namespace,
                    Patch.Merge(new()
                    {
                        ["metadata"] = new JsonObject { ["uid"] = claim.Metadata.Uid, ["resourceVersion"] = claim.Metadata.ResourceVersion },
                        ["status"] = new JsonObject { ["lease"] = null },
                    }),
                    "status", new() { Retry = false }, token));
        }
        catch (Exception e) when (e is KubernetesException or NodeManagerException or OperationCanceledException or HttpRequestException or IOException or ObjectDisposedException)
        {
            // It is waited out then.
        }
    }

    private static async Task GiveBackAsync(LeaderLease lease)
    {
        using CancellationTokenSource limit = new(CleanUp, TimeProvider.System);
        try
        {
            await lease.ReleaseAsync(limit.Token);
        }
        catch (Exception e) when (e is KubernetesException or NodeManagerException or OperationCanceledException or HttpRequestException or IOException or ObjectDisposedException)
        {
            // It runs out.
        }
    }
}
