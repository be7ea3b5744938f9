using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Caching;
using NodeManager.Core.Nodes.Locks;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
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
    LiveNodeService liveNodes,
    OperationRegistry operations,
    AuditLog audit,
    StoredDrainOperations? stored = null
) : IRemoteOperations
{
    /// <summary>The reason on the node and in its events.</summary>
    public const string Reason = "REST API";

    // An unlimited request would hold its connection.
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(5);

    private readonly Lock _starting = new();
    private readonly Dictionary<string, RunningNodeDrain> _running = new(StringComparer.OrdinalIgnoreCase);

    private NodeManagerSession Session => cluster.Session;

    /// <summary>The options of a caller of the API, with its limits.</summary>
    public static DrainOptions WithDefaults(DrainOptions options) =>
        options with
        {
            Timeout = options.Timeout ?? DefaultTimeout,
            Reason = Reason,
        };

    /// <summary>Starts a drain for a caller who does not wait for it, or joins a running one of the same nodes with the same options.</summary>
    public async Task<TrackedOperation> StartAsync(string by, IReadOnlyList<string> nodes, DrainOptions options, CancellationToken stop)
    {
        if (stored is null)
            return Start(by, nodes, options, isFollowed: true).Operation;
        if (stored.Find(nodes, options) is { } running)
            return Joined(by, nodes, running.HasSameOptions ? running.Operation : throw Busy(nodes[0], running.Operation));
        lock (_starting)
        {
            foreach (string node in nodes)
                if (FindRunning(node) is { } local && !local.Is(nodes, options))
                    throw Busy(node, local.Operation);
        }

        LiveNodes live = await liveNodes.ReadyAsync(stop);
        NodeTarget[] targets =
        [
            .. nodes.Select(name => live.Find(name) ?? throw live.Missing(name)).Select(static node => new NodeTarget(node.Name, node.Uid)),
        ];
        try
        {
            return await stored.StartAsync(by, targets, options, stop);
        }
        catch (NodeManagerException refused) when (refused.ErrorId is ErrorIds.ServerNotRunning or ErrorIds.Forbidden)
        {
            audit.Acted(by, "store drain", NameList.Of(nodes), refused.ErrorId);
            return Start(by, nodes, options, isFollowed: true).Operation;
        }
    }

    /// <summary>Starts a drain of this process, or joins a running one of the same nodes with the same options.</summary>
    /// <param name="isFollowed">The caller does not wait for it.</param>
    public RunningNodeDrain Start(string by, IReadOnlyList<string> nodes, DrainOptions options, bool isFollowed)
    {
        lock (_starting)
        {
            foreach (string node in nodes)
            {
                if (FindRunning(node) is not { } running)
                    continue;
                if (!running.TryJoin(nodes, options, isFollowed))
                    throw Busy(node, running.Operation);
                Joined(by, nodes, running.Operation);
                return running;
            }

            RunningNodeDrain started = new(nodes, options, isFollowed);
            started.Operation = operations.Start(
                by,
                static result => ((NodeDrainResult)result).ToApi(null),
                () => NodeOperations.StartDrain(new DrainRequest(Session, [.. nodes.Select(static name => new NodeTarget(name))], options))
            );
            foreach (string node in nodes)
                _running[node] = started;
            return started;
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
            .. (await liveNodes.ReadyAsync(cancellationToken))
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
        foreach (
            ClusterNode node in (await liveNodes.ReadyAsync(cancellationToken)).List().Where(one => NodeLock.Read(one)?.Operation == id)
        )
        {
            if (await NodeLocks.CancelAsync(Session, new(node.Name, node.Uid), id, by, cancellationToken) is { } marked)
                cancelled.Add((node.Name, marked));
        }

        return cancelled;
    }

    private RunningNodeDrain? FindRunning(string node) =>
        _running.GetValueOrDefault(node) is { Operation.Operation.State: OperationState.Running } running ? running : null;

    private TrackedOperation Joined(string by, IReadOnlyList<string> nodes, TrackedOperation running)
    {
        audit.Acted(by, "join drain", NameList.Of(nodes), running.Operation.Id);
        return running;
    }

    private NodeManagerException Busy(string node, TrackedOperation running) =>
        new(
            ErrorIds.NodeBusy,
            ErrorKind.ResourceBusy,
            $"Node '{node}' in cluster '{Session.Cluster}' is being drained by operation {running.Operation.Id} of {running.By}, with other options or other nodes.",
            node,
            $"Wait until that operation ends, or cancel it (DELETE {OperationRoutes.Path}/{running.Operation.Id})."
        );
}
