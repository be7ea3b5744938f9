using NodeManager.Autoscaling.Host;
using NodeManager.Autoscaling.Providers;
using NodeManager.Autoscaling.Resources;
using NodeManager.Core.Machines;
using NodeManager.Core.Nodes;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Monitoring.Repair.Machines;

/// <summary>Finds, restarts and replaces the machines of nodes, through the autoscaler's providers.</summary>
internal sealed class NodeMachines(NodeManagerSession session, ClusterConnection connection)
{
    // Written by kubelets and clouds: the new machine has its own.
    private static readonly string[] OwnLabels =
    [
        "kubernetes.io/hostname",
        "kubernetes.io/os",
        "kubernetes.io/arch",
        WellKnownLabels.InstanceType,
        WellKnownLabels.OlderInstanceType,
    ];

    /// <summary>The machine of a node, as its provider currently reports it.</summary>
    /// <exception cref="NodeManagerException">NodeHasNoMachine. NodeNotRepaired: a MachineHealthCheck repairs it.</exception>
    public async Task<NodeMachine> FindAsync(Node node, CancellationToken cancellationToken)
    {
        List<Machine> machines = [];
        List<NodeManagerException> failed = [];
        IReadOnlyList<NodeSmithClaim> claims;
        try
        {
            await foreach (Machine machine in MachineManager.ReadAsync(session, [], null, [], failed.Add, cancellationToken))
                machines.Add(machine);
            claims = await ClaimsAsync(cancellationToken);
        }
        catch (NodeManagerException missing) when (missing.ErrorId == ErrorIds.AutoscalerNotInstalled)
        {
            throw NoMachine(
                node,
                missing.Message,
                "Install the resources with Install-NodeAutoscaler and describe the provider with New-NodeProvider, or repair by -Action Drain.",
                missing
            );
        }

        (Machine? found, string problem) = MachineMatch.Find(node, machines, claims);
        if (found is { RepairedBy.Length: > 0 })
            throw RepairedElsewhere(node, found);
        if (found is not null)
            return new(found, MachineMatch.OwnerOf(found, claims));
        // A provider that failed to answer may have it.
        if (failed.Count > 0)
            problem += $" Some providers did not answer: {string.Join(" ", failed.Select(static one => one.Message))}";
        throw NoMachine(
            node,
            problem,
            "Get-Machine lists the machines of all providers, and Get-NodeProvider the providers.",
            failed.FirstOrDefault()
        );
    }

    /// <exception cref="NodeManagerException">MachineRefused, MachineNotFound, MachineOperationFailed, NodeProviderUnusable, …</exception>
    public Task RestartAsync(NodeMachine machine, CancellationToken cancellationToken) =>
        MachineManager.RestartAsync(session, machine.Machine, cancellationToken);

    /// <summary>Deletes a machine, and with it its node. Idempotent.</summary>
    /// <remarks>The autoscaler owns the machine of a claim: the claim is deleted, and the autoscaler deletes its machine.</remarks>
    /// <exception cref="NodeManagerException">MachineRefused, MachineOperationFailed, NodeProviderUnusable, …</exception>
    public async Task DestroyAsync(NodeMachine machine, Node node, CancellationToken cancellationToken)
    {
        if (machine.Claim is { } claim)
        {
            await NodeClaims.RemoveAsync(
                session,
                (claim.Metadata.Namespace ?? "", claim.Metadata.Name),
                claim.Metadata.Uid ?? "",
                false,
                cancellationToken
            );
            return;
        }

        await MachineManager.RemoveAsync(session, machine.Machine, cancellationToken);
        await connection.Client.RemoveAsync(Resources.Nodes, node, cancellationToken);
    }

    /// <summary>Replaces a machine created by hand: same name, size and zone, with its node's labels and taints.</summary>
    /// <exception cref="NodeManagerException">
    /// MachineCapacityMissing, MachineRefused, MachineOperationFailed, NodeProviderUnusable, …
    /// </exception>
    public Task<Machine> CreateAsync(NodeMachine machine, Node node, CancellationToken cancellationToken) =>
        MachineManager.CreateAsync(
            session,
            machine.Machine.ProviderNamespace,
            machine.Machine.Provider,
            RequestOf(machine.Machine, node),
            cancellationToken
        );

    /// <summary>The request for the replacement of a machine.</summary>
    internal static MachineRequest RequestOf(Machine machine, Node node) =>
        new(machine.ClaimUid, machine.Name, Math.Max(1, (long)machine.CpuCores), Math.Max(1, machine.Memory >> 20))
        {
            Zone = machine.Zone.Length > 0 ? machine.Zone : null,
            Pool = PoolLabels.PoolOf(node.Metadata.Labels ?? [], node.Metadata.Annotations),
            Labels = (node.Metadata.Labels ?? [])
                .Where(static label =>
                    !OwnLabels.Contains(label.Key) && !label.Key.Contains("topology.kubernetes.io/", StringComparison.Ordinal)
                )
                .ToDictionary(static label => label.Key, static label => label.Value, StringComparer.Ordinal),
            Taints =
            [
                .. (node.Spec.Taints ?? [])
                    .Where(static taint => !NodeInput.IsControllerTaint(taint.Key))
                    .Select(static taint => $"{taint.Key}={taint.Value}:{taint.Effect}"),
            ],
        };

    private async Task<IReadOnlyList<NodeSmithClaim>> ClaimsAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await connection.Client.ListAsync(NodeSmithResources.Claims, new(), cancellationToken)).Items;
        }
        catch (KubernetesException e) when (NodeSmithErrors.IsNotServed(e))
        {
            return [];
        }
    }

    private NodeManagerException RepairedElsewhere(Node node, Machine machine) =>
        new(
            ErrorIds.NodeNotRepaired,
            ErrorKind.InvalidOperation,
            $"Node {node.Metadata.Name} (cluster {session.Cluster}) is not repaired: {machine.RepairedBy} covers machine {machine.Provider}/{machine.Name}. The node was not changed.",
            node.Metadata.Name,
            "Let the MachineHealthCheck replace the machine, or repair by -Action Drain. A paused check also leaves the machine to its owner."
        );

    private NodeManagerException NoMachine(Node node, string why, string advice, Exception? cause) =>
        new(
            ErrorIds.NodeHasNoMachine,
            ErrorKind.ObjectNotFound,
            $"Cannot restart or replace node {node.Metadata.Name} (cluster {session.Cluster}): {why} The node was not changed.",
            node.Metadata.Name,
            advice,
            cause
        );
}
