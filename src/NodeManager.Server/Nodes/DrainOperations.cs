using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Caching;
using NodeManager.Core.Nodes.Locks;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Drains.Options;
using NodeManager.Maintenance;
using NodeManager.Server.Access;
using NodeManager.Server.Clusters;
using NodeManager.Server.Operations;

namespace NodeManager.Server.Nodes;

/// <summary>
/// Drains of callers. A drain that no request waits for is stored in the cluster before it starts, if the server executes work of
/// <c>-Detach</c>: it survives this server. Other drains end with the server.
/// </summary>
internal sealed class DrainOperations(
    ClusterSession cluster,
    LiveNodeService live,
    OperationRegistry operations,
    AuditLog audit,
    StoredDrainOperations? stored = null
) : IRemoteOperations
{
    /// <summary>The reason on the node and in its events.</summary>
    public const string Reason = "REST API";

    private readonly Lock _starting = new();
    private readonly Dictionary<string, RunningNodeDrain> _running = new(StringComparer.OrdinalIgnoreCase);

    private NodeManagerSession Session => cluster.Session;

    /// <summary>Starts a drain for a caller who does not wait for it, or joins a running one with the same options.</summary>
    public async Task<TrackedOperation> StartAsync(string by, string node, DrainOptions options, CancellationToken stop)
    {
        if (stored is null)
            return Start(by, node, options, isFollowed: true).Operation;
        if (stored.Find(node, options) is { } running)
            return Joined(by, node, running.HasSameOptions ? running.Operation : throw Busy(node, running.Operation));
        lock (_starting)
        {
            if (FindRunning(node) is { } local && !local.HasOptions(options))
                throw Busy(node, local.Operation);
        }

        LiveNodes nodes = await live.ReadyAsync(stop);
        ClusterNode target = nodes.Find(node) ?? throw nodes.Missing(node);
        try
        {
            return await stored.StartAsync(by, new(target.Name, target.Uid), options, stop);
        }
        catch (NodeManagerException refused) when (refused.ErrorId is ErrorIds.ServerNotRunning or ErrorIds.Forbidden)
        {
            audit.Acted(by, "store drain", node, refused.ErrorId);
            return Start(by, node, options, isFollowed: true).Operation;
        }
    }

    /// <summary>Starts a drain of this process, or joins a running one with the same options.</summary>
    /// <param name="isFollowed">The caller does not wait for it.</param>
    public RunningNodeDrain Start(string by, string node, DrainOptions options, bool isFollowed)
    {
        lock (_starting)
        {
            if (FindRunning(node) is { } running)
            {
                if (!running.TryJoin(options, isFollowed))
                    throw Busy(node, running.Operation);
                Joined(by, node, running.Operation);
                return running;
            }

            RunningNodeDrain started = new(options, isFollowed);
            started.Operation = operations.Start(
                by,
                static result => ((NodeDrainResult)result).ToApi(null),
                () => NodeOperations.StartDrain(new DrainRequest(Session, [node], options))
            );
            return _running[node] = started;
        }
    }

    /// <inheritdoc/>
    public Task<TrackedOperation?> FindAsync(string id, CancellationToken cancellationToken) =>
        stored?.FindAsync(id, cancellationToken) ?? Task.FromResult<TrackedOperation?>(null);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<(string Node, NodeLock Lock, bool IsLive)>> LocksAsync(string id, CancellationToken cancellationToken)
    {
        ObservedLocks observed = Session.Connection().ObservedLocks();
        return
        [
            .. (await live.ReadyAsync(cancellationToken))
                .List()
                .Select(static node => (node.Name, node.Uid, Lock: NodeLock.Read(node)))
                .Where(one => one.Lock?.Operation == id)
                .Select(one => (one.Name, one.Lock!, observed.Observe(one.Uid, one.Lock) is not null)),
        ];
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

    private RunningNodeDrain? FindRunning(string node) =>
        _running.GetValueOrDefault(node) is { Operation.Operation.State: OperationState.Running } running ? running : null;

    private TrackedOperation Joined(string by, string node, TrackedOperation running)
    {
        audit.Acted(by, "join drain", node, running.Operation.Id);
        return running;
    }

    private NodeManagerException Busy(string node, TrackedOperation running) =>
        new(
            ErrorIds.NodeBusy,
            ErrorKind.ResourceBusy,
            $"Node '{node}' in cluster '{Session.Cluster}' is being drained by operation {running.Operation.Id} of {running.By}, with other options.",
            node,
            $"Wait until that operation ends, or cancel it (DELETE {OperationRoutes.Path}/{running.Operation.Id})."
        );
}
