using System.Runtime.CompilerServices;
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

/// <summary>How the drain of a node ended.</summary>
/// <param name="Node">Its name.</param>
/// <param name="Result">Null where no such node exists, or another one than was meant.</param>
/// <param name="Failure">What it is as an error; null for a node that was drained, and for one that the user stopped.</param>
public sealed record DrainOutcome(string Node, NodeDrainResult? Result, NodeManagerException? Failure);

/// <summary>A maintenance in one cluster.</summary>
public sealed record ClusterMaintenance(NodeManagerSession Session, MaintenanceRequest Request);

/// <summary>Runs drains and maintenances, for their callers or without them. What an outcome means is judged here, for all views of them.</summary>
public static class NodeOperations
{
    public const string Drain = "NodeDrain";
    public const string Maintenance = "NodeMaintenance";

    /// <summary>Drains nodes, and warns of those that a running maintenance holds.</summary>
    /// <param name="request">Which, and how.</param>
    /// <param name="observer">Told what happens.</param>
    /// <param name="withdrawal">See <see cref="NodeDrainer"/>.</param>
    /// <param name="cancellationToken">Stops it; each node still has an outcome.</param>
    /// <exception cref="NodeManagerException">The cluster could not be read; nothing was touched. SessionClosed, after the outcomes.</exception>
    public static async IAsyncEnumerable<DrainOutcome> DrainAsync(
        DrainRequest request, IOperationObserver observer, CancellationToken withdrawal, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await MaintenanceHolds.WarnAsync(request.Session, request.Nodes.Select(n => n.Name), observer, cancellationToken);
        await foreach (NodeDrainResult result in NodeDrainer.DrainAsync(request.Session, request.Nodes, request.Options, observer, withdrawal, cancellationToken))
            yield return new(result.Node, DrainFailures.HasResult(result) ? result : null, DrainFailures.Of(result));
    }

    /// <summary>
    /// Drains nodes in the background. The operation reports the end of each node (<see cref="OperationItemEnded"/>, with its name), its
    /// <see cref="NodeDrainResult"/> as output unless no such node exists, and a failure for each that did not end well.
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
        await foreach (DrainOutcome outcome in DrainAsync(request, observer, CancellationToken.None, context.Token))
        {
            if (outcome.Result is { } result) context.Output(result);
            if (outcome.Failure is { } failure) context.Fail(failure, outcome.Result);
            context.ItemEnded(outcome.Node);
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
