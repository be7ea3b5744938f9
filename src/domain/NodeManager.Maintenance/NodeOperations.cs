using System.Runtime.CompilerServices;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Locks;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Drains;
using NodeManager.Drains.Options;
using NodeManager.Maintenance.Options;

namespace NodeManager.Maintenance;

/// <summary>Nodes of one cluster to drain together.</summary>
public sealed record DrainRequest(NodeManagerSession Session, IReadOnlyList<NodeTarget> Nodes, DrainOptions Options)
{
    /// <summary>How the drain uses the locks of its nodes.</summary>
    public NodeLockUse Lock { get; init; } = new();
}

/// <param name="Result">Null if no such node exists, or if it was replaced.</param>
/// <param name="Failure">The error; null for a drained node, and for one that the user stopped.</param>
public sealed record DrainOutcome(string Node, NodeDrainResult? Result, NodeManagerException? Failure);

public sealed record ClusterMaintenance(NodeManagerSession Session, MaintenanceRequest Request);

/// <summary>Runs drains and maintenance runs in the foreground or background, and judges their outcomes for all callers.</summary>
public static class NodeOperations
{
    public const string Drain = "NodeDrain";
    public const string Maintenance = "NodeMaintenance";

    private static readonly TimeSpan WarningLimit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan NoTime = TimeSpan.FromMilliseconds(200);

    /// <summary>Drains nodes, and warns of those that a running maintenance holds.</summary>
    /// <param name="observer">Receives messages and progress.</param>
    /// <param name="withdrawal">See <see cref="NodeDrainer"/>.</param>
    /// <exception cref="NodeManagerException">
    /// The cluster could not be read; nothing was changed. SessionClosed, after the outcomes.
    /// </exception>
    public static async IAsyncEnumerable<DrainOutcome> DrainAsync(
        DrainRequest request,
        IOperationObserver observer,
        CancellationToken withdrawal,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        DrainOptions options = request.Options.In(request.Session);
        long start = request.Session.Time().GetTimestamp();
        await WarnAsync(request, observer, cancellationToken);
        TimeSpan spent = request.Session.Time().GetElapsedTime(start);
        if (options.HasTimeout && spent > NoTime)
            options = options with { Timeout = options.Timeout > spent ? options.Timeout - spent : NoTime };
        NodeLockUse use = request.Lock with { Former = (node, token) => MaintenanceHolds.FormerLockAsync(request.Session, node, token) };
        await foreach (
            NodeDrainResult result in NodeDrainer.DrainAsync(
                request.Session,
                request.Nodes,
                options,
                observer,
                cancellationToken,
                use,
                withdrawal: withdrawal
            )
        )
            yield return new(result.Node, DrainFailures.HasResult(result) ? result : null, DrainFailures.Of(result));
    }

    /// <summary>
    /// Drains nodes in the background. The operation reports the end of each node (<see cref="OperationItemEnded"/>, with its name), its
    /// <see cref="NodeDrainResult"/> as output unless no such node exists, and each failure.
    /// </summary>
    public static RunningOperation StartDrain(params IReadOnlyList<DrainRequest> requests) =>
        RunningOperation.Start(
            Drain,
            Target(requests.Select(r => (r.Session, r.Nodes))),
            requests[0].Session.Time(),
            context =>
                Task.WhenAll(
                    requests.Select(r =>
                        GuardAsync(
                            context,
                            r.Session,
                            () =>
                                DrainAsync(
                                    r with
                                    {
                                        Lock = r.Lock with { Operation = context.Id },
                                    },
                                    Observer(context, r.Session, requests.Count),
                                    context
                                )
                        )
                    )
                )
        );

    /// <summary>
    /// Maintains nodes. The operation reports the start of each run (<see cref="OperationItemStarted"/>) with a <see
    /// cref="NodeMaintenanceRun"/>, and start and end of each node with a <see cref="NodeMaintenanceResult"/>, which is also its output;
    /// the run is its last output.
    /// </summary>
    public static RunningOperation StartMaintenance(params IReadOnlyList<ClusterMaintenance> requests) =>
        RunningOperation.Start(
            Maintenance,
            Target(requests.Select(r => (r.Session, r.Request.Nodes))),
            requests[0].Session.Time(),
            context => Task.WhenAll(requests.Select(r => GuardAsync(context, r.Session, () => MaintainAsync(r, context))))
        );

    // The drain reports an unreachable server, within its timeout.
    private static async Task WarnAsync(DrainRequest request, IOperationObserver observer, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = new(WarningLimit, TimeProvider.System);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            await MaintenanceHolds.WarnAsync(request.Session, request.Nodes.Select(n => n.Name), observer, stop.Token);
        }
        catch (Exception exception) when (exception is NodeManagerException or OperationCanceledException)
        {
            observer.Verbose($"It is not known whether a maintenance holds the nodes: {exception.Message}");
        }
    }

    private static async Task DrainAsync(DrainRequest request, IOperationObserver observer, OperationContext context)
    {
        await foreach (DrainOutcome outcome in DrainAsync(request, observer, CancellationToken.None, context.Token))
        {
            if (outcome.Result is { } result)
                context.Output(result);
            if (outcome.Failure is { ErrorId: ErrorIds.DrainCalledOff } calledOff)
                context.CallOff(calledOff, outcome.Result);
            else if (outcome.Failure is { } failure)
                context.Fail(failure, outcome.Result);
            context.ItemEnded(outcome.Node);
        }
    }

    private static async Task MaintainAsync(ClusterMaintenance request, OperationContext context)
    {
        MaintenanceOutcome outcome = await NodeMaintainer.RunAsync(
            request.Session,
            request.Request,
            new Listener(request.Request, context),
            context.Token
        );
        context.Output(outcome.Run);
        if (outcome.Failure is { } failure)
            context.Fail(failure, outcome.Run.Id);
    }

    // A failure in one cluster does not affect the others.
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
            if (MaintenanceFailures.Of(node, request) is { } failure)
                context.Fail(failure, node);
            context.ItemEnded(node);
        }

        public void Warning(string message) => context.Warning(message);

        public void Verbose(string message) => context.Verbose(message);

        public void Progress(OperationProgress progress) => context.Progress(progress);
    }
}
