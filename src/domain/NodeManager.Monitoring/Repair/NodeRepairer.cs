using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Selectors;
using NodeManager.Monitoring.Repair.Claims;
using NodeManager.Monitoring.Repair.Decisions;
using NodeManager.Monitoring.Repair.Execution;
using NodeManager.Monitoring.Repair.Machines;

namespace NodeManager.Monitoring.Repair;

/// <summary>Repairs unhealthy nodes by a policy: cordons, drains, restarts or replaces them, while enough others are healthy.</summary>
public static class NodeRepairer
{
    /// <summary>The kind of the operation, and of its job.</summary>
    public const string Kind = "NodeRepair";

    /// <summary>How many results an operation keeps for late readers.</summary>
    public const int OutputLimit = 10_000;

    /// <summary>What a repair would refuse.</summary>
    /// <exception cref="NodeManagerException">InvalidSelector, InvalidNodeName, RepairInvalid.</exception>
    public static void Check(RepairRequest request)
    {
        RepairPolicy policy = request.Policy;
        NodeInput.CheckSelector(request.Selector);
        foreach (string name in request.Names.Where(static name => !NamePattern.IsWildcard(name)))
            NodeInput.RequireName(name);
        if (policy.Actions.Count == 0)
            throw Invalid("A policy needs an action.", null, "Use -Action Cordon, Drain, Restart or Replace.");
        if (policy.Causes.Count == 0)
            throw Invalid(
                "A policy needs a cause that is repaired.",
                null,
                $"The default is {string.Join(", ", RepairPolicy.DefaultCauses)}."
            );
        if (HealthyMinimum.Parse(policy.MinHealthy) is null)
            throw Invalid(
                $"'{policy.MinHealthy}' is not a number of nodes or a percentage from 0% to 100%.",
                policy.MinHealthy,
                "Use -MinHealthy 51% or -MinHealthy 3, for example."
            );
        if (policy.MaxPerPool < 1)
            throw Invalid("At least 1 node of a pool must be allowed in repair.", policy.MaxPerPool, "Use -MaxPerPool 1 or more.");
        if (policy.EscalateAfter <= TimeSpan.Zero)
            throw Invalid("Each action needs time.", policy.EscalateAfter, "Use -EscalateAfter 10m, for example.");
    }

    /// <summary>What a repair would do now: a result for each node that it would repair (Planned), and for each that it would not although it is unhealthy (Skipped). Touches nothing.</summary>
    /// <exception cref="NodeManagerException">See <see cref="Check"/>; what the server refused.</exception>
    public static Task<IReadOnlyList<(NodeRepairResult Result, NodeManagerException? Failure)>> PlanAsync(
        RepairRequest request,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        Check(request);
        return ClusterOperation.RunAsync(
            request.Session,
            request.Session,
            async (connection, token) =>
            {
                List<(NodeRepairResult Result, NodeManagerException? Failure)> results = [];
                await RunAsync(
                    request with
                    {
                        IsPlan = true,
                        IsContinuous = false,
                    },
                    connection,
                    (result, failure) => results.Add((result, failure)),
                    observer,
                    token
                );
                return await WithMachinesAsync(request, connection, results, token);
            },
            cancellationToken
        );
    }

    /// <summary>
    /// Judges the nodes once, repairs those that the policy and the storm brake let it repair, and returns when each repair has ended. Cancelled, it returns
    /// within about two seconds; nodes that are cordoned stay cordoned, and another run continues with them.
    /// </summary>
    /// <param name="request">Which nodes, and how.</param>
    /// <param name="told">Gets a result for each node that was repaired or skipped, with what it is as an error; null for one that is none. From any thread.</param>
    /// <param name="observer">Told what happens.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="NodeManagerException">InvalidSelector, InvalidNodeName, RepairInvalid; MaintenanceTakenOver, MaintenanceLeaseNotRenewed: the Lease was lost; what the server refused.</exception>
    public static Task RunAsync(
        RepairRequest request,
        Action<NodeRepairResult, NodeManagerException?> told,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        Check(request);
        return ClusterOperation.RunAsync(
            request.Session,
            request.Session,
            async (connection, token) =>
            {
                await RunAsync(request, connection, told, observer, token);
                return true;
            },
            cancellationToken
        );
    }

    /// <summary>Repairs nodes in the background, as they fail, until it is cancelled. The operation's output are <see cref="NodeRepairResult"/>.</summary>
    /// <exception cref="NodeManagerException">See <see cref="Check"/>.</exception>
    public static RunningOperation Start(params IReadOnlyList<RepairRequest> requests)
    {
        foreach (RepairRequest request in requests)
            Check(request);
        return RunningOperation.Start(
            Kind,
            string.Join("; ", requests.Select(static request => $"nodes of cluster '{request.Session.Cluster}'")),
            requests[0].Session.Time(),
            context => Task.WhenAll(requests.Select(request => RunAsync(request with { IsContinuous = true }, context))),
            outputLimit: OutputLimit
        );
    }

    // What fails in one cluster leaves the repairs in the others alone.
    private static async Task RunAsync(RepairRequest request, OperationContext context)
    {
        try
        {
            await RunAsync(request, Told, context, context.Token);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !context.Token.IsCancellationRequested)
        {
            context.Fail(failure, request.Session);
        }

        void Told(NodeRepairResult result, NodeManagerException? failure)
        {
            context.Output(result);
            if (failure is not null)
                context.Fail(failure, result);
        }
    }

    private static async Task RunAsync(
        RepairRequest request,
        ClusterConnection connection,
        Action<NodeRepairResult, NodeManagerException?> told,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        // A watch that others have open may lag behind what the caller has just done or seen.
        await MonitoredNodes.CatchUpAsync(connection, cancellationToken);
        await using RepairClaims claims = new(request.Session, connection, request.Namespace, observer, cancellationToken);
        RepairScope scope = new(request, connection, claims, new(request.Session, connection), observer);
        await new RepairRun(scope, told, cancellationToken).RunAsync();
    }

    private static async Task<IReadOnlyList<(NodeRepairResult Result, NodeManagerException? Failure)>> WithMachinesAsync(
        RepairRequest request,
        ClusterConnection connection,
        IReadOnlyList<(NodeRepairResult Result, NodeManagerException? Failure)> results,
        CancellationToken cancellationToken
    )
    {
        if (!request.Policy.Actions.Any(static action => action >= NodeRepairAction.Restart))
            return results;
        NodeMachines machines = new(request.Session, connection);
        return await Task.WhenAll(
            results.Select(async one =>
            {
                if (one.Result is not { Status: NodeRepairStatus.Planned, Finding: not null } planned)
                    return one;
                try
                {
                    Node? node = await NodeReader.FindAsync(connection.Client, planned.Node, cancellationToken);
                    return node is null
                        ? one
                        : (planned.With(machine: (await machines.FindAsync(node, cancellationToken)).ToString()), null);
                }
                catch (NodeManagerException missing) when (missing.ErrorId == ErrorIds.NodeHasNoMachine)
                {
                    return (
                        planned.With(status: NodeRepairStatus.Skipped, reason: NodeRepairReason.NoMachine, message: missing.Message),
                        missing
                    );
                }
            })
        );
    }

    private static NodeManagerException Invalid(string message, object? target, string advice) =>
        new(ErrorIds.RepairInvalid, ErrorKind.InvalidArgument, message, target, advice);
}
