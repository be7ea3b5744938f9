using System.Runtime.CompilerServices;
using System.Threading.Channels;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Nodes.Locks;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Drains.Execution;
using NodeManager.Drains.Options;
using NodeManager.Drains.Progress;

namespace NodeManager.Drains;

/// <summary>Drains nodes: cordons them and evicts their pods within the budgets.</summary>
public static class NodeDrainer
{
    /// <summary>
    /// Cordons all nodes, then drains them concurrently; yields one result for each node. A cancellation stops new requests, keeps the
    /// cordons, and yields a result (Cancelled) for each node within two seconds. The end of the session does the same and then fails.
    /// </summary>
    /// <remarks>
    /// The plan is made before the cordon: a node with a pod that the options do not cover, or without a required permission, is not
    /// changed and its result is Blocked. (kubectl cordons first and then refuses.) A node that is deleted during the drain is Drained if
    /// its pods had gone before, else Failed. A repeated drain resumes; a drained node is Drained immediately. A node locked by another
    /// operation is awaited; a drain of this process with the same options is joined.
    /// </remarks>
    /// <exception cref="NodeManagerException">
    /// The cluster could not be read; nothing was changed. SessionClosed, after the results.
    /// </exception>
    /// <param name="use">How an operation uses the locks of its nodes.</param>
    /// <param name="refusals">Of a call that drains several times and reports refused conditions once.</param>
    /// <param name="withdrawal">
    /// When it is cancelled, nodes cordoned by this drain that still have all their pods are uncordoned.
    /// </param>
    public static async IAsyncEnumerable<NodeDrainResult> DrainAsync(
        NodeManagerSession session,
        IReadOnlyList<NodeTarget> nodes,
        DrainOptions options,
        IOperationObserver observer,
        [EnumeratorCancellation] CancellationToken cancellationToken,
        NodeLockUse? use = null,
        ConditionRefusals? refusals = null,
        CancellationToken? withdrawal = null
    )
    {
        ClusterConnection connection = session.Connection();
        IReadOnlyList<NodeTarget> distinct = NodeTarget.Distinct(nodes);
        DrainOptions effective = options.In(session).Over(distinct.Count);
        using DrainScope scope = new(session, connection, effective, observer, refusals, cancellationToken, withdrawal ?? default);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(scope.Interruption, scope.Withdrawal);
        var results = Channel.CreateUnbounded<NodeDrainResult>();
        DrainRun run = new(scope, use ?? new(), distinct, results.Writer);
        Task running = Task.Run(
            async () =>
            {
                Exception? failure = null;
                try
                {
                    await run.RunAsync(stop.Token);
                }
                catch (Exception exception)
                {
                    failure = exception;
                }

                results.Writer.Complete(failure);
            },
            CancellationToken.None
        );
        try
        {
            // Not the caller's token: an interrupted drain still has a result.
            bool isInterrupted = false;
            await foreach (NodeDrainResult result in results.Reader.ReadAllAsync(CancellationToken.None))
            {
                isInterrupted |= result.Status == NodeDrainStatus.Cancelled;
                yield return result;
            }

            if (isInterrupted && connection.Closed.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
                throw ClusterOperation.Disconnected(session);
        }
        finally
        {
            // Also when the reader stops: no work continues after it.
            await scope.InterruptAsync();
            await running;
        }
    }
}
