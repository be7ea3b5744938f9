using NodeManager.Autoscaling.Claims;
using NodeManager.Autoscaling.Pools;
using NodeManager.Autoscaling.Providers;
using NodeManager.Autoscaling.Reconciliation;
using NodeManager.Controllers.Queueing;
using NodeManager.Core.Machines;
using NodeManager.Core.Nodes.Reading;
using KubernetesResources = NodeManager.Kubernetes.Requests.Resources;

namespace NodeManager.Autoscaling.Collection;

/// <summary>
/// Removes leftovers: machines without claims, claims without machines, nodes without either. Only objects with the UID of a claim of this
/// cluster are deleted, and only when they were found twice.
/// </summary>
internal sealed class MachineCollector(AutoscalerScope scope, ClaimCreator creator)
{
    // Objects without a counterpart in the previous run.
    private HashSet<string> _suspects = [];

    public async Task<ReconcileResult> RunAsync(CancellationToken cancellationToken)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        // Machines first: a claim is older than its machine, so a list of claims that is read later contains it.
        (List<ProviderMachines> listed, bool isWhole) = await ListAsync(cancellationToken);
        Dictionary<string, NodeSmithClaim> claims = (await creator.ListAsync(cancellationToken)).ToDictionary(
            static one => one.Metadata.Uid!,
            StringComparer.Ordinal
        );
        IReadOnlySet<string> abandoned = await AbandonedMachines.ReadAsync(scope.Client, scope.Namespace, cancellationToken);
        foreach (ProviderMachines provider in listed)
            await CollectAsync(provider, claims, abandoned, seen, cancellationToken);
        if (isWhole && listed.Count > 0)
            await CollectNodesAsync(listed, claims, abandoned, seen, cancellationToken);
        _suspects = seen;
        return ReconcileResult.RequeueAfter(scope.Options.CollectionInterval);
    }

    // IsWhole: no provider has failed to list its machines.
    private async Task<(List<ProviderMachines> Listed, bool IsWhole)> ListAsync(CancellationToken cancellationToken)
    {
        List<ProviderMachines> listed = [];
        bool isWhole = true;
        foreach (NodeSmithProvider resource in scope.Providers.Items)
        {
            MachineProviderAccess access = await scope.Options.Providers.OpenAsync(resource, cancellationToken);
            MachineListResult list = access.Provider is { } opened
                ? await opened.ListAsync(cancellationToken)
                : MachineListResult.Ended(MachineOutcome.Invalid, access.Message);
            if (list.Outcome == MachineOutcome.Succeeded)
                listed.Add(new(resource, access.Provider!, list.Machines));
            else
                isWhole = false;
            scope.Decisions.Record(
                "",
                $"provider/{resource.Metadata.Name}",
                list.Outcome == MachineOutcome.Succeeded ? "Collect" : AutoscalerDecision.Wait,
                list.Outcome == MachineOutcome.Succeeded
                    ? "Its machines are compared with the claims."
                    : $"Its machines cannot be listed, so none is collected: {list.Reason}"
            );
        }

        return (listed, isWhole);
    }

    private async Task CollectAsync(
        ProviderMachines provider,
        Dictionary<string, NodeSmithClaim> claims,
        IReadOnlySet<string> abandoned,
        HashSet<string> seen,
        CancellationToken cancellationToken
    )
    {
        foreach (
            Machine machine in provider.Machines.Where(one =>
                IsClaim(one.ClaimUid) && !claims.ContainsKey(one.ClaimUid) && !abandoned.Contains(one.ClaimUid)
            )
        )
        {
            if (IsConfirmed($"machine {machine.ProviderId} {machine.ClaimUid}", seen))
                await DestroyAsync(provider.Resource, provider.Provider, machine, cancellationToken);
        }

        HashSet<string> present = [.. provider.Machines.Select(static one => one.ClaimUid)];
        foreach (
            NodeSmithClaim claim in claims.Values.Where(one => IsLaunchedBy(one, provider.Resource) && !present.Contains(one.Metadata.Uid!))
        )
        {
            if (IsConfirmed($"claim {claim.Metadata.Uid} {claim.Status!.ProviderID}", seen))
                await RemoveAsync(provider.Provider, claim, cancellationToken);
        }
    }

    private async Task CollectNodesAsync(
        List<ProviderMachines> listed,
        Dictionary<string, NodeSmithClaim> claims,
        IReadOnlySet<string> abandoned,
        HashSet<string> seen,
        CancellationToken cancellationToken
    )
    {
        Machine[] machines = [.. listed.SelectMany(static one => one.Machines)];
        HashSet<string> uids = [.. machines.Select(static one => one.ClaimUid)];
        // A machine of another claim that reuses the id does not protect the node.
        HashSet<string> ids =
        [
            .. machines.Where(static one => one.ClaimUid.Length == 0).Select(static one => ProviderIds.Normalize(one.ProviderId)),
        ];
        foreach (
            Node node in scope.Nodes.Items.Where(one =>
                ClaimOf(one) is { } uid && !claims.ContainsKey(uid) && !uids.Contains(uid) && !abandoned.Contains(uid)
            )
        )
        {
            bool hasMachine = node.Spec.ProviderID is { Length: > 0 } id && ids.Contains(ProviderIds.Normalize(id));
            // A Ready node has a machine, wherever it is.
            if (!hasMachine && !node.IsReady() && IsConfirmed($"node {node.Metadata.Uid}", seen))
                await DeleteAsync(node, cancellationToken);
        }
    }

    private bool IsConfirmed(string suspect, HashSet<string> seen)
    {
        seen.Add(suspect);
        return _suspects.Contains(suspect);
    }

    private async Task DestroyAsync(
        NodeSmithProvider resource,
        IMachineProvider provider,
        Machine machine,
        CancellationToken cancellationToken
    )
    {
        // Refused by the provider if id, name, tag or claim do not match.
        MachineResult result = await provider.DeprovisionAsync(new(machine.ProviderId, machine.Name, machine.ClaimUid), cancellationToken);
        bool isGone = result.Outcome is MachineOutcome.Succeeded or MachineOutcome.NotFound;
        scope.Decisions.Record(
            "",
            $"machine/{machine.Name}",
            isGone ? "Collected" : AutoscalerDecision.Wait,
            $"Machine {machine.Name} ({machine.ProviderId}) of NodeSmithProvider {resource.Metadata.Name} has no claim{(isGone ? " and was destroyed." : $", and cannot be destroyed: {result.Reason}")}"
        );
    }

    private async Task RemoveAsync(IMachineProvider provider, NodeSmithClaim claim, CancellationToken cancellationToken)
    {
        if (scope.Pools.Find(claim.Metadata.Namespace, claim.Spec.PoolRef) is not { } pool)
            return;
        MachineResult result = await provider.GetAsync(ClaimAttempts.IdentityOf(claim), cancellationToken);
        MachineLoss loss = MachineLoss.Judge(claim, result, ReadyNodeOf(claim));
        if (loss.IsLost)
            await creator.RemoveAsync(pool, claim, loss.Reason, keepMinimum: false, cancellationToken);
        else if (loss.Reason.Length > 0)
            scope.Decisions.Record(pool.Metadata.Name, $"claim/{claim.Metadata.Name}", AutoscalerDecision.Wait, loss.Reason);
    }

    private string? ReadyNodeOf(NodeSmithClaim claim) =>
        scope.Nodes.Items.FirstOrDefault(node => NodeOwnership.Check(claim, node) is null && node.IsReady())?.Metadata.Name;

    private async Task DeleteAsync(Node node, CancellationToken cancellationToken)
    {
        if (await scope.Client.RemoveAsync(KubernetesResources.Nodes, node, cancellationToken))
            scope.Decisions.Record(
                "",
                $"node/{node.Metadata.Name}",
                "Collected",
                $"Node {node.Metadata.Name} has neither a claim nor a machine and was deleted."
            );
    }

    private static bool IsLaunchedBy(NodeSmithClaim claim, NodeSmithProvider provider) =>
        claim is { Metadata.DeletionTimestamp: null, Status: { ProviderID.Length: > 0, Lease: null or { Holder: null or "" } } status }
        && status.ProviderRef == provider.Metadata.Name
        && claim.Metadata.Annotations?.ContainsKey(NodeSmithNames.AbandonedAnnotation) != true;

    // The API's UIDs have this form. Machines created by hand carry other text.
    private static bool IsClaim(string uid) => Guid.TryParse(uid, out _);

    private static string? ClaimOf(Node node) => node.Metadata.Annotations?.GetValueOrDefault(NodeSmithNames.ClaimUidAnnotation);

    private sealed record ProviderMachines(NodeSmithProvider Resource, IMachineProvider Provider, IReadOnlyList<Machine> Machines);
}
