using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.NodePools.Updates.Options;

namespace NodeManager.NodePools.Updates;

/// <summary>Runs updates of pools in the background.</summary>
public static class PoolUpdateOperations
{
    public const string Kind = "NodePoolUpdate";

    private delegate Task<PoolUpdateOutcome> Work(
        NodeManagerSession session,
        PoolUpdateRequest request,
        IOperationObserver observer,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Updates pools concurrently. The operation outputs each <see cref="NodePoolUpdate"/> when it ends, and reports each failure.
    /// </summary>
    public static RunningOperation Start(params IReadOnlyList<(NodeManagerSession Session, PoolUpdateRequest Request)> requests) =>
        Start(requests, PoolUpdates.RunAsync);

    /// <summary>As above, for an existing update: see <see cref="PoolUpdates.ContinueAsync"/>.</summary>
    public static RunningOperation Continue(NodeManagerSession session, PoolUpdateRequest request) =>
        Start([(session, request)], PoolUpdates.ContinueAsync);

    public static string TargetOf(NodeManagerSession session, string pool) => $"pool {pool} in cluster '{session.Cluster}'";

    private static RunningOperation Start(IReadOnlyList<(NodeManagerSession Session, PoolUpdateRequest Request)> requests, Work work) =>
        RunningOperation.Start(
            Kind,
            string.Join("; ", requests.Select(static one => TargetOf(one.Session, one.Request.Pool))),
            requests[0].Session.Time(),
            context => Task.WhenAll(requests.Select(one => RunAsync(one.Session, one.Request, work, context)))
        );

    private static async Task RunAsync(NodeManagerSession session, PoolUpdateRequest request, Work work, OperationContext context)
    {
        try
        {
            PoolUpdateOutcome outcome = await work(session, request, context, context.Token);
            context.Output(outcome.Update);
            if (outcome.Failure is { } failure)
                context.Fail(failure, request.Pool);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !context.Token.IsCancellationRequested)
        {
            // A failure of one pool does not affect the others.
            context.Fail(exception, request.Pool);
        }
    }
}
