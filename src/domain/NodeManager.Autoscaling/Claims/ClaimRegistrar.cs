using NodeManager.Controllers.Queueing;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Nodes.Reading;

namespace NodeManager.Autoscaling.Claims;

/// <summary>Follows the node of a claim's machine: its registration, its initialization, and its loss.</summary>
internal sealed class ClaimRegistrar(ClaimWork work, AttemptCloser closer, ReplacedMachines replaced)
{
    private const string NodeNotFound = nameof(NodeNotFound),
        Lost = nameof(Lost);

    public async Task<ReconcileResult> FollowAsync(NodeSmithClaim claim, CancellationToken cancellationToken)
    {
        NodeSmithPool? pool = work.PoolOf(claim);
        bool isRegistered = claim.Status!.Conditions.IsTrue(NodeSmithConditions.Registered);
        if (work.FindNode(claim) is not { } node)
        {
            if (await replaced.FollowAsync(claim, cancellationToken) is { } moved)
                return await FollowAsync(moved, cancellationToken);
            if (!isRegistered)
                return await AwaitNodeAsync(claim, pool, cancellationToken);
            work.Seen.Begin(claim.Metadata.Uid!, Lost);
            return await work.StallAsync(
                claim,
                NodeSmithConditions.Registered,
                "False",
                NodeNotFound,
                $"Node {claim.Status.NodeName} was deleted.",
                await replaced.RecheckAsync(claim, ClaimAttempts.TimeoutOf(pool), cancellationToken),
                cancellationToken
            );
        }

        if (!isRegistered || claim.Status.NodeName != node.Metadata.Name)
            claim = await RegisterAsync(claim, pool, node, cancellationToken);
        return claim.Status!.Conditions.IsTrue(NodeSmithConditions.Initialized)
            ? await KeepReadyAsync(claim, node, cancellationToken)
            : await InitializeAsync(claim, pool, node, cancellationToken);
    }

    private async Task<ReconcileResult> AwaitNodeAsync(NodeSmithClaim claim, NodeSmithPool? pool, CancellationToken cancellationToken)
    {
        NodeSmithClaimStatus status = claim.Status!;
        TimeSpan timeout = ClaimAttempts.TimeoutOf(pool),
            remaining = timeout - Waited(claim);
        string? foreign = work.Candidates(claim)
            .Select(node => NodeOwnership.Check(claim, node))
            .FirstOrDefault(static why => why is not null);
        if (remaining > TimeSpan.Zero)
        {
            string wait = IsLost(status)
                ? $"Node {status.NodeName} was deleted"
                : $"Machine {status.MachineName} has not registered a node yet";
            string reason =
                IsLost(status) ? NodeNotFound
                : foreign is null ? "Waiting"
                : "NodeNotOwned";
            return await work.StallAsync(
                claim,
                NodeSmithConditions.Registered,
                "False",
                reason,
                foreign is null ? wait + "." : $"{wait}: {foreign}.",
                await replaced.RecheckAsync(claim, remaining, cancellationToken),
                cancellationToken
            );
        }

        // A watch may lag; a machine with a registered node is not deleted.
        if (await work.ReadNamesakeAsync(claim, cancellationToken) is { } late && NodeOwnership.Check(claim, late) is null)
        {
            work.Scope.Nodes.AddOrUpdate(late);
            return ReconcileResult.RequeueAfter(TimeSpan.FromMilliseconds(1));
        }

        string missing = $"Machine {status.MachineName} has had no node for {timeout.TotalSeconds:0} s";
        if (await LeaveAsync(claim, NodeSmithConditions.Registered, missing, cancellationToken) is { } left)
            return left;
        if (status.Conditions.IsTrue(NodeSmithConditions.Initialized))
            return await GiveUpAsync(claim, $"Node {status.NodeName} has been missing for {timeout.TotalSeconds:0} s.", cancellationToken);
        string message =
            $"Attempt {status.LaunchAttempts ?? 1} of {ClaimAttempts.MaximumAttempts}: machine {status.MachineName} did not register a node within {timeout.TotalSeconds:0} s{(foreign is null ? "" : $" ({foreign})")}.";
        return await closer.CloseAsync(claim, pool, "RegistrationTimeout", message, isFinal: false, cancellationToken);
    }

    // Since the launch of the machine, or since its node was deleted.
    private TimeSpan Waited(NodeSmithClaim claim)
    {
        NodeSmithClaimStatus status = claim.Status!;
        string uid = claim.Metadata.Uid!;
        DateTimeOffset launched =
            status.Conditions.Find(NodeSmithConditions.Launched)?.LastTransitionTime ?? claim.Metadata.CreationTimestamp ?? default;
        TimeSpan sinceLaunch = work.Seen.Elapsed(uid, ClaimLauncher.SeenOf(status.LaunchAttempts ?? 0), launched);
        if (!IsLost(status))
            return sinceLaunch;
        TimeSpan sinceLost = work.Seen.Elapsed(uid, Lost, status.Conditions.Find(NodeSmithConditions.Registered)!.LastTransitionTime);
        return sinceLost < sinceLaunch ? sinceLost : sinceLaunch;
    }

    private static bool IsLost(NodeSmithClaimStatus status) =>
        status.Conditions.Find(NodeSmithConditions.Registered) is { Reason: NodeNotFound };

    private async Task<NodeSmithClaim> RegisterAsync(
        NodeSmithClaim claim,
        NodeSmithPool? pool,
        Node node,
        CancellationToken cancellationToken
    )
    {
        Node patched = await NodePatcher.ChangeAsync(
            work.Scope.Connection,
            new NodeTarget(node.Metadata.Name, node.Metadata.Uid ?? ""),
            current => NodeRegistration.Patch(claim, pool, current),
            dryRun: false,
            cancellationToken
        );
        work.Scope.Nodes.AddOrUpdate(patched);
        string message = $"Machine {claim.Status!.MachineName} registered as node {node.Metadata.Name}.";
        work.Seen.Begin(claim.Metadata.Uid!, NodeSmithConditions.Registered);
        claim = await work.Scope.ClaimWriter.WriteStatusAsync(
            claim,
            status =>
            {
                status.NodeName = node.Metadata.Name;
                work.Conditions(claim).Done(status, NodeSmithConditions.Registered, message);
            },
            cancellationToken
        );
        work.Record(claim, "Register", message);
        await work.Scope.RecordEventAsync(claim, "Normal", "Registered", message, cancellationToken);
        return claim;
    }

    private async Task<ReconcileResult> InitializeAsync(
        NodeSmithClaim claim,
        NodeSmithPool? pool,
        Node node,
        CancellationToken cancellationToken
    )
    {
        if (NodeInitialization.Check(claim, pool, node) is not var (reason, missing))
            return await AcceptAsync(claim, node, null, cancellationToken);

        DateTimeOffset registered = claim.Status!.Conditions.Find(NodeSmithConditions.Registered)?.LastTransitionTime ?? work.Scope.Now;
        TimeSpan timeout = ClaimAttempts.TimeoutOf(pool),
            remaining = timeout - work.Seen.Elapsed(claim.Metadata.Uid!, NodeSmithConditions.Registered, registered);
        // A Ready node with a slow setup may already run pods, so it is not deleted.
        if (reason == NodeInitialization.Smaller && remaining <= TimeSpan.Zero)
            return await AcceptAsync(claim, node, missing, cancellationToken);
        if (reason != "NodeNotReady" || remaining > TimeSpan.Zero)
            return await work.StallAsync(
                claim,
                NodeSmithConditions.Initialized,
                "False",
                reason,
                missing,
                remaining > TimeSpan.Zero ? remaining : timeout,
                cancellationToken
            );
        string unready = $"Node {node.Metadata.Name} was not Ready within {timeout.TotalSeconds:0} s";
        if (await LeaveAsync(claim, NodeSmithConditions.Initialized, unready, cancellationToken) is { } left)
            return left;
        string late =
            $"Attempt {claim.Status.LaunchAttempts ?? 1} of {ClaimAttempts.MaximumAttempts}: node {node.Metadata.Name} was not Ready within {timeout.TotalSeconds:0} s. {missing}";
        return await closer.CloseAsync(claim, pool, reason, late, isFinal: false, cancellationToken);
    }

    // A machine has one repairer, so that it is not replaced twice.
    private async Task<ReconcileResult?> LeaveAsync(NodeSmithClaim claim, string step, string message, CancellationToken cancellationToken)
    {
        string repairer = await replaced.RepairerOfAsync(claim, cancellationToken);
        return repairer.Length == 0
            ? null
            : await work.StallAsync(
                claim,
                step,
                "False",
                "MachineHealthCheck",
                $"{message}: {repairer}",
                ReplacedMachines.Recheck,
                cancellationToken
            );
    }

    // A machine that is smaller than requested does not grow: it serves the pods that fit, and plans use its actual size.
    private async Task<ReconcileResult> AcceptAsync(NodeSmithClaim claim, Node node, string? smaller, CancellationToken cancellationToken)
    {
        string message = smaller is null
            ? $"Node {node.Metadata.Name} is Ready."
            : $"Node {node.Metadata.Name} is Ready and smaller than requested: {smaller}";
        claim = await work.Scope.ClaimWriter.WriteStatusAsync(
            claim,
            status => work.Conditions(claim).Done(status, NodeSmithConditions.Initialized, message),
            cancellationToken
        );
        work.Record(claim, "Initialize", message);
        await work.Scope.RecordEventAsync(claim, smaller is null ? "Normal" : "Warning", "Initialized", message, cancellationToken);
        return ReconcileResult.Done;
    }

    private async Task<ReconcileResult> KeepReadyAsync(NodeSmithClaim claim, Node node, CancellationToken cancellationToken)
    {
        bool isReady = node.IsReady();
        await work.Scope.ClaimWriter.WriteStatusAsync(
            claim,
            status =>
                work.Conditions(claim)
                    .Set(
                        status,
                        NodeSmithConditions.Ready,
                        isReady ? "True" : "False",
                        isReady ? "Ready" : "NodeNotReady",
                        $"Node {node.Metadata.Name} is {(isReady ? "" : "not ")}Ready."
                    ),
            cancellationToken
        );
        return ReconcileResult.Done;
    }

    // Its pods are gone with the node. The machine is deleted as for any claim; the pool creates another one if needed.
    private async Task<ReconcileResult> GiveUpAsync(NodeSmithClaim claim, string why, CancellationToken cancellationToken)
    {
        work.Record(claim, "Remove", why);
        await work.Scope.Client.DeleteAsync(
            NodeSmithResources.Claims,
            claim.Metadata.Name,
            claim.Metadata.Namespace,
            new() { Preconditions = new() { Uid = claim.Metadata.Uid } },
            cancellationToken
        );
        return ReconcileResult.Done;
    }
}
