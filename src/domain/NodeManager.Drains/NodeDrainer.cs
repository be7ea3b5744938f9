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

/// <summary>Drains nodes: cordons them and takes their pods off, by eviction, so that budgets are honoured.</summary>
public static class NodeDrainer
{
    /// <summary>
    /// Cordons all nodes, then drains them concurrently; a result a node, as it ends. Cancelled, it stops asking, leaves the nodes cordoned
    /// and still yields a result (Cancelled) for each node within two seconds. So it does when the session ends, and then fails.
    /// </summary>
    /// <remarks>
    /// The plan is made before the cordon: a node with a pod that the options do not cover, or for which a permission is missing, is left
    /// untouched, not even cordoned, and its result is Blocked. (kubectl cordons first and then refuses.) A node that was deleted meanwhile
    /// is Drained when its pods had gone before, else Failed. Running it again continues where it stopped; a node that is drained already is
    /// Drained immediately. A node that another operation works on is waited for; a drain of this process with the same options is joined.
    /// </remarks>
    /// <exception cref="NodeManagerException">The cluster could not be read; nothing was touched. SessionClosed, after the results.</exception>
    public static IAsyncEnumerable<NodeDrainResult> DrainAsync(
        NodeManagerSession session,
        IReadOnlyList<NodeTarget> nodes,
        DrainOptions options,
        IOperationObserver observer,
        CancellationToken cancellationToken
    ) => RunAsync(session, nodes, options, new(), observer, new(observer), CancellationToken.None, cancellationToken);

    /// <summary>The same for an operation that says how it uses the locks of its nodes.</summary>
    /// <exception cref="NodeManagerException">The cluster could not be read; nothing was touched. SessionClosed.</exception>
    public static IAsyncEnumerable<NodeDrainResult> DrainAsync(
        NodeManagerSession session,
        IReadOnlyList<NodeTarget> nodes,
        DrainOptions options,
        NodeLockUse use,
        IOperationObserver observer,
        CancellationToken cancellationToken
    ) => RunAsync(session, nodes, options, use, observer, new(observer), CancellationToken.None, cancellationToken);

    /// <summary>The same. When <paramref name="withdrawal"/> is cancelled, nodes that this drain cordoned and that still have all their pods are uncordoned; the others stay cordoned.</summary>
    /// <exception cref="NodeManagerException">The cluster could not be read; nothing was touched. SessionClosed.</exception>
    public static IAsyncEnumerable<NodeDrainResult> DrainAsync(
        NodeManagerSession session,
        IReadOnlyList<NodeTarget> nodes,
        DrainOptions options,
        NodeLockUse use,
        IOperationObserver observer,
        CancellationToken withdrawal,
        CancellationToken cancellationToken
    ) => RunAsync(session, nodes, options, use, observer, new(observer), withdrawal, cancellationToken);

    /// <summary>The same for a call that drains several times, and reports refused conditions once.</summary>
    public static IAsyncEnumerable<NodeDrainResult> DrainAsync(
        NodeManagerSession session,
        IReadOnlyList<NodeTarget> nodes,
        DrainOptions options,
        NodeLockUse use,
        IOperationObserver observer,
        ConditionRefusals refusals,
        CancellationToken cancellationToken
    ) => RunAsync(session, nodes, options, use, observer, refusals, CancellationToken.None, cancellationToken);

    private static async IAsyncEnumerable<NodeDrainResult> RunAsync(
        NodeManagerSession session,
        IReadOnlyList<NodeTarget> nodes,
        DrainOptions options,
        NodeLockUse use,
        IOperationObserver observer,
        ConditionRefusals refusals,
        CancellationToken withdrawal,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        ClusterConnection connection = session.Connection();
        using DrainScope scope = new(session, connection, options.In(session), observer, refusals, withdrawal);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(connection.Closed, scope.Withdrawal, cancellationToken);
        var results = Channel.CreateUnbounded<NodeDrainResult>();
        DrainRun run = new(scope, use, NodeTarget.Distinct(nodes), results.Writer);
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
            // Not the caller's token: what was interrupted still has its result.
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
            await stop.CancelAsync();
            await running;
        }
    }
}
