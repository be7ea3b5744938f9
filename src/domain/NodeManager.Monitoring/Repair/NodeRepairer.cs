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

    /// <summary>Validates the request as a repair does.</summary>
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

    /// <summary>
    /// Plans a repair: a result for each node to repair (Planned), and for each other unhealthy node (Skipped). Changes nothing.
    /// </summary>
    /// <exception cref="NodeManagerException">See <see cref="Check"/>; or the server's refusal.</exception>
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
    /// Judges the nodes once, repairs those that the policy and the storm brake allow, and returns when each repair has ended. After a
    /// cancellation it returns within about two seconds; cordoned nodes stay cordoned, and another run continues with them.
    /// </summary>
    /// <param name="report">Receives a result for each repaired or skipped node, with its error or null. Called from any thread.</param>
    /// <param name="observer">Receives messages and progress.</param>
    /// <exception cref="NodeManagerException">
    /// InvalidSelector, InvalidNodeName, RepairInvalid; MaintenanceTakenOver, MaintenanceLeaseNotRenewed: the Lease was lost; or the
    /// server's refusal.
    /// </exception>
    public static Task RunAsync(
        RepairRequest request,
        Action<NodeRepairResult, NodeManagerException?> report,
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
                await RunAsync(request, connection, report, observer, token);
                return true;
            },
            cancellationToken
        );
    }

    /// <summary>
    /// Repairs nodes in the background, as they fail, until cancelled. The operation outputs <see cref="NodeRepairResult"/>.
    /// </summary>
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

    // A failure in one cluster does not affect the repairs in the others.
    private static async Task RunAsync(RepairRequest request, OperationContext context)
    {
        try
        {
            await RunAsync(request, Reported, context, context.Token);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !context.Token.IsCancellationRequested)
        {
            context.Fail(failure, request.Session);
        }

        void Reported(NodeRepairResult result, NodeManagerException? failure)
        {
            context.Output(result);
            if (failure is not null)
                context.Fail(failure, result);
        }
    }

    private static async Task RunAsync(
        RepairRequest request,
        ClusterConnection connection,
        Action<NodeRepairResult, NodeManagerException?> report,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        // An open watch may lag behind the caller's last change.
        await MonitoredNodes.CatchUpAsync(connection, cancellationToken);
        await using RepairClaims claims = new(request.Session, connection, request.Namespace, observer, cancellationToken);
        RepairScope scope = new(request, connection, claims, new(request.Session, connection), observer);
        await new RepairRun(scope, report, cancellationToken).RunAsync();
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
                catch (NodeManagerException missing) when (missing.ErrorId is ErrorIds.NodeHasNoMachine or ErrorIds.NodeNotRepaired)
                {
                    return (
                        planned.With(status: NodeRepairStatus.Skipped, reason: RepairEnd.ReasonOf(missing), message: missing.Message),
                        missing
                    );
                }
            })
        );
    }

    private static NodeManagerException Invalid(string message, object? target, string advice) =>
        new(ErrorIds.RepairInvalid, ErrorKind.InvalidArgument, message, target, advice);
}
