using System.Collections.Concurrent;
using NodeManager.Autoscaling.Providers;
using NodeManager.Autoscaling.Reconciliation;
using NodeManager.Controllers.Queueing;
using KubernetesResources = NodeManager.Kubernetes.Requests.Resources;

namespace NodeManager.Autoscaling.Claims;

/// <summary>The state shared by the steps of a claim.</summary>
internal sealed class ClaimWork(AutoscalerScope scope)
{
    // A user has to fix a provider that cannot be created; it is rechecked at this interval.
    private static readonly TimeSpan ProviderPause = TimeSpan.FromSeconds(30);

    private int _hasWarned;

    public AutoscalerScope Scope => scope;

    /// <summary>True the first time: outdated CRDs are reported once.</summary>
    public bool WarnsOfDefinitions() => Interlocked.Exchange(ref _hasWarned, 1) == 0;

    public ClaimLeases Leases { get; } = new(scope);

    public CallBackoff Backoff { get; } = new(scope.Time);

    public ObservedTimes Seen { get; } = new(scope.Time);

    /// <summary>
    /// Claims whose machine this process has deleted in an attempt: if recording it failed, the provider is not called again.
    /// </summary>
    public ConcurrentDictionary<string, int> Destroyed { get; } = new(StringComparer.Ordinal);

    /// <summary>The machines that this process got from a provider, for the same reason.</summary>
    public ConcurrentDictionary<string, (int Attempt, Machine Machine)> CreatedMachines { get; } = new(StringComparer.Ordinal);

    public ClaimConditions Conditions(NodeSmithClaim claim) => new(claim, scope.Now);

    /// <summary>The claim's pool, with the template that the claim stored.</summary>
    public NodeSmithPool? PoolOf(NodeSmithClaim claim) =>
        scope.Pools.Find(claim.Metadata.Namespace, claim.Spec.PoolRef)?.WithTemplateOf(claim);

    /// <summary>The provider of the claim's machine.</summary>
    public async Task<MachineProviderAccess> OpenProviderAsync(
        NodeSmithClaim claim,
        NodeSmithPool? pool,
        CancellationToken cancellationToken
    )
    {
        string? name = claim.Status?.ProviderRef is { Length: > 0 } used ? used : pool?.Spec.ProviderRef;
        if (string.IsNullOrEmpty(name))
            return MachineProviderAccess.None(
                "PoolNotFound",
                $"NodeSmithPool {claim.Spec.PoolRef} does not exist, so the provider is not known."
            );
        return scope.Providers.Find(claim.Metadata.Namespace, name) is { } provider
            ? await scope.Options.Providers.OpenAsync(provider, cancellationToken)
            : MachineProviderAccess.None("ProviderNotFound", $"NodeSmithProvider {name} does not exist.");
    }

    /// <summary>Null if no node has registered yet.</summary>
    public Node? FindNode(NodeSmithClaim claim) => Candidates(claim).FirstOrDefault(node => NodeOwnership.Check(claim, node) is null);

    /// <summary>The nodes that match the claim's keys.</summary>
    public IEnumerable<Node> Candidates(NodeSmithClaim claim)
    {
        if (claim.Status is not { ProviderID.Length: > 0 } status)
            return [];
        return scope
            .Nodes.FindAll(AutoscalerIndexes.NodesByMachine, AutoscalerIndexes.ById(status.ProviderID))
            .Concat(scope.Nodes.FindAll(AutoscalerIndexes.NodesByMachine, AutoscalerIndexes.ByName(ClaimAttempts.MachineNameOf(claim))));
    }

    /// <summary>The node with the name of the claim's machine, from the server: a watch may lag.</summary>
    public Task<Node?> ReadNamesakeAsync(NodeSmithClaim claim, CancellationToken cancellationToken) =>
        scope.Client.FindAsync(KubernetesResources.Nodes, ClaimAttempts.MachineNameOf(claim), null, cancellationToken);

    /// <summary>Records why a step of the claim is not possible, and when it is retried.</summary>
    public async Task<ReconcileResult> StallAsync(
        NodeSmithClaim claim,
        string step,
        string state,
        string reason,
        string message,
        TimeSpan? after,
        CancellationToken cancellationToken
    )
    {
        Record(claim, "Wait", $"{reason}: {message}");
        await scope.ClaimWriter.WriteStatusAsync(
            claim,
            status => Conditions(claim).Missing(status, step, state, reason, message),
            cancellationToken
        );
        return ReconcileResult.RequeueAfter(after ?? ProviderPause);
    }

    public void Record(NodeSmithClaim claim, string decision, string reason) =>
        scope.Decisions.Record(claim.Spec.PoolRef, $"claim/{claim.Metadata.Name}", decision, reason);

    public void Remove(string uid)
    {
        Leases.Remove(uid);
        Backoff.Succeeded(uid);
        Seen.Remove(uid);
        Destroyed.TryRemove(uid, out _);
        CreatedMachines.TryRemove(uid, out _);
    }
}
