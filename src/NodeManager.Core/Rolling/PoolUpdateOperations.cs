using NodeManager.Core.Operations;
using NodeManager.Core.Rolling.Options;
using NodeManager.Core.Sessions;

namespace NodeManager.Core.Rolling;

/// <summary>Runs updates of pools in the background.</summary>
public static class PoolUpdateOperations
{
    public const string Kind = "NodePoolUpdate";

    /// <summary>Updates pools concurrently. The operation reports each <see cref="NodePoolUpdate"/> as output when it ends, and a failure for each that did not end well.</summary>
    public static RunningOperation Start(params IReadOnlyList<(NodeManagerSession Session, PoolUpdateRequest Request)> requests) => RunningOperation.Start(
        Kind, string.Join("; ", requests.Select(static one => $"pool {one.Request.Pool} in cluster '{one.Session.Cluster}'")), requests[0].Session.Time(),
        context => Task.WhenAll(requests.Select(one => RunAsync(one.Session, one.Request, context))));

    private static async Task RunAsync(NodeManagerSession session, PoolUpdateRequest request, OperationContext context)
    {
        try
        {
            PoolUpdateOutcome outcome = await PoolUpdates.RunAsync(session, request, context, context.Token);
            context.Output(outcome.Update);
            if (outcome.Failure is { } failure) context.Fail(failure, request.Pool);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !context.Token.IsCancellationRequested)
        {
            // What fails for one pool leaves the others alone.
            context.Fail(exception, request.Pool);
        }
    }
}
