using NodeManager.Core.Drain;
using NodeManager.Core.Drain.Options;
using NodeManager.Core.Maintenance.Options;
using NodeManager.Core.Nodes;
using NodeManager.Core.Observing;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;

namespace NodeManager.Core.Maintenance;

/// <summary>Nodes of one cluster to drain together.</summary>
public sealed record DrainRequest(NodeManagerSession Session, IReadOnlyList<NodeTarget> Nodes, DrainOptions Options);

/// <summary>A maintenance in one cluster.</summary>
public sealed record ClusterMaintenance(NodeManagerSession Session, MaintenanceRequest Request);

/// <summary>Starts drains and maintenances that go on without their caller. What their outcomes mean is judged here, for all views of them.</summary>
public static class NodeOperations
{
    public const string Drain = "NodeDrain";
    public const string Maintenance = "NodeMaintenance";

    /// <summary>
    /// Drains nodes. The operation reports each node's end (<see cref="OperationItemEnded"/>) with a <see cref="NodeDrainResult"/>, which is also its
    /// output unless no such node exists, and a failure for each that did not end well.
    /// </summary>
    public static RunningOperation StartDrain(params IReadOnlyList<DrainRequest> requests) => RunningOperation.Start(
        Drain, Target(requests.Select(r => (r.Session, r.Nodes))), requests[0].Session.Time(),
        context => Task.WhenAll(requests.Select(r => GuardAsync(context, r.Session, () => DrainAsync(r, Observer(context, r.Session, requests.Count), context)))));

    /// <summary>
    /// Maintains nodes. The operation reports the start of each run (<see cref="OperationItemStarted"/>) with a <see cref="NodeMaintenanceRun"/>, and
    /// start and end of each of its nodes with a <see cref="NodeMaintenanceResult"/>, which is also its output; the run is its last.
    /// </summary>
    public static RunningOperation StartMaintenance(params IReadOnlyList<ClusterMaintenance> requests) => RunningOperation.Start(
        Maintenance, Target(requests.Select(r => (r.Session, r.Request.Nodes))), requests[0].Session.Time(),
        context => Task.WhenAll(requests.Select(r => GuardAsync(context, r.Session, () => MaintainAsync(r, context)))));

    private static async Task DrainAsync(DrainRequest request, IOperationObserver observer, OperationContext context)
    {
        await MaintenanceHolds.WarnAsync(request.Session, request.Nodes.Select(n => n.Name), observer, context.Token);
        await foreach (NodeDrainResult result in NodeDrainer.DrainAsync(request.Session, request.Nodes, request.Options, observer, context.Token))
        {
            if (DrainFailures.HasResult(result)) context.Output(result);
            if (DrainFailures.Of(result) is { } failure) context.Fail(failure, result);
            context.ItemEnded(result);
        }
    }

    private static async Task MaintainAsync(ClusterMaintenance request, OperationContext context)
    {
        MaintenanceOutcome outcome = await NodeMaintainer.RunAsync(request.Session, request.Request, new Listener(request.Request, context), context.Token);
        context.Output(outcome.Run);
        if (outcome.Failure is { } failure) context.Fail(failure, outcome.Run.Id);
    }

    // What fails in one cluster leaves the work in the others alone.
    private static async Task GuardAsync(OperationContext context, NodeManagerSession session, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !context.Token.IsCancellationRequested)
        {
            context.Fail(exception, session);
        }
    }

    private static IOperationObserver Observer(OperationContext context, NodeManagerSession session, int clusters) =>
        clusters > 1 ? new ClusterProgress(context, session) : context;

    private static string Target(IEnumerable<(NodeManagerSession Session, IReadOnlyList<NodeTarget> Nodes)> requests) =>
        string.Join("; ", requests.Select(r => $"{NameList.Of(r.Nodes.Select(n => n.Name))} in cluster '{r.Session.Cluster}'"));

    private sealed class Listener(MaintenanceRequest request, OperationContext context) : IMaintenanceObserver
    {
        public void Started(NodeMaintenanceRun run) => context.ItemStarted(run);

        public void NodeStarted(NodeMaintenanceResult node) => context.ItemStarted(node);

        public void NodeEnded(NodeMaintenanceResult node)
        {
            context.Output(node);
            if (MaintenanceFailures.Of(node, request) is { } failure) context.Fail(failure, node);
            context.ItemEnded(node);
        }

        public void Warning(string message) => context.Warning(message);

        public void Verbose(string message) => context.Verbose(message);

        public void Progress(OperationProgress progress) => context.Progress(progress);
    }
}
