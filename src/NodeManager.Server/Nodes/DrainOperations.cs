using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Locks;
using NodeManager.Core.Operations;
using NodeManager.Drains.Options;
using NodeManager.Maintenance;
using NodeManager.Maintenance.Detached;
using NodeManager.Server.Access;
using NodeManager.Server.Clusters;
using NodeManager.Server.Operations;

namespace NodeManager.Server.Nodes;

/// <summary>
/// Drains of callers. A drain that no request waits for when the host stops is handed over, if the server executes work of <c>-Detach</c>:
/// the next server continues it.
/// </summary>
internal sealed class DrainOperations(
    ClusterSession cluster,
    LiveNodeService live,
    OperationRegistry operations,
    AuditLog audit,
    DetachedWork? detached = null
) : IRemoteOperations
{
    /// <summary>The reason on the node and in its events.</summary>
    public const string Reason = "REST API";

    private readonly Lock _starting = new();
    private readonly Dictionary<string, RunningNodeDrain> _running = new(StringComparer.OrdinalIgnoreCase);

    private NodeManagerSession Session => cluster.Session;

    /// <summary>Starts a drain, or joins a running one with the same options.</summary>
    /// <param name="isFollowed">The caller does not wait for it.</param>
    public RunningNodeDrain Start(string by, string node, DrainOptions options, bool isFollowed)
    {
        lock (_starting)
        {
            if (_running.TryGetValue(node, out RunningNodeDrain? running) && running.Operation.Operation.State == OperationState.Running)
            {
                if (!running.TryJoin(options, isFollowed))
                    throw Busy(node, running);
                audit.Acted(by, "join drain", node, running.Operation.Operation.Id);
                return running;
            }

            RunningNodeDrain started = new(options, isFollowed);
            started.Operation = operations.Start(
                by,
                static result => ((NodeDrainResult)result).ToApi(null),
                () => NodeOperations.StartDrain(new DrainRequest(Session, [node], options)),
                new(HandOver: (drain, stop) => started.IsFollowed ? HandOverAsync(by, drain, options, stop) : Task.CompletedTask)
            );
            return _running[node] = started;
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<(string Node, NodeLock Lock)>> CancelAsync(string id, string by, CancellationToken cancellationToken)
    {
        List<(string, NodeLock)> cancelled = [];
        foreach (ClusterNode node in (await live.ReadyAsync(cancellationToken)).List().Where(one => NodeLock.Read(one)?.Operation == id))
        {
            if (await NodeLocks.CancelAsync(Session, new(node.Name, node.Uid), id, by, cancellationToken) is { } marked)
                cancelled.Add((node.Name, marked));
        }

        return cancelled;
    }

    private NodeManagerException Busy(string node, RunningNodeDrain running) =>
        new(
            ErrorIds.NodeBusy,
            ErrorKind.ResourceBusy,
            $"Node '{node}' in cluster '{Session.Cluster}' is being drained by operation {running.Operation.Operation.Id} of {running.Operation.By}, with other options.",
            node,
            $"Wait until that operation ends, or cancel it (DELETE {OperationRoutes.Path}/{running.Operation.Operation.Id})."
        );

    private async Task HandOverAsync(string by, RunningOperation drain, DrainOptions options, CancellationToken stop)
    {
        if (
            detached is null
            || drain.Results is not [NodeDrainResult { CancelReason: NodeDrainCancelReason.Interrupted, Cordoned: true } result]
        )
            return;
        string outcome;
        try
        {
            outcome = await DetachedSubmitter.HandOverAsync(
                Session,
                detached.Namespace,
                new(result.Node, result.NodeUid),
                by,
                options,
                stop
            );
        }
        catch (NodeManagerException refused)
        {
            // The node stays cordoned and can be drained again.
            outcome = refused.ErrorId;
        }

        audit.Acted(by, "hand over drain", result.Node, outcome);
    }
}
