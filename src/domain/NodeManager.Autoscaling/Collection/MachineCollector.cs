using System.Net;
using NodeManager.Autoscaling.Claims;
using NodeManager.Autoscaling.Pools;
using NodeManager.Autoscaling.Providers;
using NodeManager.Autoscaling.Reconciliation;
using NodeManager.Autoscaling.Resources;
using NodeManager.Controllers.Queueing;
using NodeManager.Core.Machines;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using KubernetesResources = NodeManager.Kubernetes.Requests.Resources;

namespace NodeManager.Autoscaling.Collection;

/// <summary>
/// Removes what should not be there: machines without claims, claims without machines, nodes without either. Only what carries the UID of a
/// claim of this cluster is touched, and only once it was found twice.
/// </summary>
internal sealed class MachineCollector(AutoscalerScope scope, ClaimCreator creator)
{
    // What was found without its counterpart, and when it was first.
    private HashSet<string> _suspects = [];

    public async Task<ReconcileResult> RunAsync(CancellationToken cancellationToken)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        // Machines first: the claim of a machine is older than the machine, so a list of claims that is read later has it.
        var listed = new List<(NodeSmithProvider Resource, IMachineProvider Provider, IReadOnlyList<Machine> Machines)>();
        bool isWhole = true;
        foreach (NodeSmithProvider resource in scope.Providers.Items)
        {
            MachineProviderAccess access = await scope.Options.Providers.OpenAsync(resource, cancellationToken);
            MachineListResult list = access.Provider is { } opened
                ? await opened.ListAsync(cancellationToken)
                : MachineListResult.Ended(MachineOutcome.Invalid, access.Message);
            if (list.Outcome == MachineOutcome.Succeeded)
                listed.Add((resource, access.Provider!, list.Machines));
            else
                isWhole = false;
            scope.Decisions.Note(
                "",
                $"provider/{resource.Metadata.Name}",
                list.Outcome == MachineOutcome.Succeeded ? "Collect" : ScaleDecision.Wait,
                list.Outcome == MachineOutcome.Succeeded
                    ? "Its machines are compared with the claims."
                    : $"Its machines cannot be listed, so none is collected: {list.Reason}"
            );
        }

        Dictionary<string, NodeSmithClaim> claims = (await creator.ListAsync(cancellationToken)).ToDictionary(
            static one => one.Metadata.Uid!,
            StringComparer.Ordinal
        );
        IReadOnlySet<string> abandoned = await AbandonedMachines.ReadAsync(scope.Client, scope.Namespace, cancellationToken);
        foreach ((NodeSmithProvider resource, IMachineProvider provider, IReadOnlyList<Machine> machines) in listed)
        {
            foreach (
                Machine machine in machines.Where(one =>
                    IsClaim(one.ClaimUid) && !claims.ContainsKey(one.ClaimUid) && !abandoned.Contains(one.ClaimUid)
                )
            )
            {
                if (IsConfirmed($"machine {machine.ProviderId} {machine.ClaimUid}", seen))
                    await DestroyAsync(resource, provider, machine, cancellationToken);
            }

            HashSet<string> present = [.. machines.Select(static one => one.ClaimUid)];
            foreach (
                NodeSmithClaim claim in claims.Values.Where(one => IsLaunchedBy(one, resource) && !present.Contains(one.Metadata.Uid!))
            )
            {
                if (IsConfirmed($"claim {claim.Metadata.Uid} {claim.Status!.ProviderID}", seen))
                    await RemoveAsync(provider, claim, cancellationToken);
            }
        }

        if (isWhole && listed.Count > 0)
        {
            HashSet<string> uids = [.. listed.SelectMany(static one => one.Machines).Select(static one => one.ClaimUid)];
            // A machine of another claim that has the id of a former one keeps no node of that.
            HashSet<string> ids =
            [
                .. listed
                    .SelectMany(static one => one.Machines)
                    .Where(static one => one.ClaimUid.Length == 0)
                    .Select(static one => ProviderIds.Normalize(one.ProviderId)),
            ];
            foreach (
                Node node in scope.Nodes.Items.Where(one =>
                    ClaimOf(one) is { } uid && !claims.ContainsKey(uid) && !uids.Contains(uid) && !abandoned.Contains(uid)
                )
            )
            {
                bool hasMachine = node.Spec.ProviderID is { Length: > 0 } id && ids.Contains(ProviderIds.Normalize(id));
                // Something keeps a node Ready: its machine, wherever that is.
                if (!hasMachine && !node.Status.Conditions.IsTrue("Ready") && IsConfirmed($"node {node.Metadata.Uid}", seen))
                    await DeleteAsync(node, cancellationToken);
            }
        }

        _suspects = seen;
        return ReconcileResult.Again(scope.Options.CollectionInterval);
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
        // Refused by the provider where id, name, tag or claim do not match.
        MachineResult result = await provider.DeprovisionAsync(new(machine.ProviderId, machine.Name, machine.ClaimUid), cancellationToken);
        bool isGone = result.Outcome is MachineOutcome.Succeeded or MachineOutcome.NotFound;
        scope.Decisions.Note(
            "",
            $"machine/{machine.Name}",
            isGone ? "Collected" : ScaleDecision.Wait,
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
            scope.Decisions.Note(pool.Metadata.Name, $"claim/{claim.Metadata.Name}", ScaleDecision.Wait, loss.Reason);
    }

    private string? ReadyNodeOf(NodeSmithClaim claim) =>
        scope
            .Nodes.Items.FirstOrDefault(node => NodeOwnership.Check(claim, node) is null && node.Status.Conditions.IsTrue("Ready"))
            ?.Metadata.Name;

    private async Task DeleteAsync(Node node, CancellationToken cancellationToken)
    {
        try
        {
            await scope.Client.DeleteAsync(
                KubernetesResources.Nodes,
                node.Metadata.Name,
                null,
                new() { Preconditions = new() { Uid = node.Metadata.Uid } },
                cancellationToken
            );
            scope.Decisions.Note(
                "",
                $"node/{node.Metadata.Name}",
                "Collected",
                $"Node {node.Metadata.Name} has neither a claim nor a machine and was deleted."
            );
        }
        catch (KubernetesException e) when (e.Code is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
        {
            // Gone already, or another one has its name.
        }
    }

    private static bool IsLaunchedBy(NodeSmithClaim claim, NodeSmithProvider provider) =>
        claim is { Metadata.DeletionTimestamp: null, Status: { ProviderID.Length: > 0, Lease: null or { Holder: null or "" } } status }
        && status.ProviderRef == provider.Metadata.Name
        && claim.Metadata.Annotations?.ContainsKey(NodeSmithNames.AbandonedAnnotation) != true;

    // UIDs of the API are of this form. Machines that were made by hand carry something else.
    private static bool IsClaim(string uid) => Guid.TryParse(uid, out _);

    private static string? ClaimOf(Node node) => node.Metadata.Annotations?.GetValueOrDefault(NodeSmithNames.ClaimUidAnnotation);
}
