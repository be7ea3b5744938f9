using System.Threading.Channels;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Caching;
using NodeManager.Core.Nodes.Locks;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Drains;
using NodeManager.Drains.Options;
using NodeManager.Maintenance;
using NodeManager.Server.Access;
using NodeManager.Server.Clusters;
using NodeManager.Server.Operations;

namespace NodeManager.Server.Nodes;

/// <summary>
/// Drains of callers. A detached drain that runs when the host stops is left on its node; the next server of the same user, or another
/// replica, resumes it.
/// </summary>
/// <param name="isInCluster">Replicas of a Deployment resume each other's drains.</param>
internal sealed class DrainOperations(
    ClusterSession cluster,
    LiveNodeService live,
    OperationRegistry operations,
    AuditLog audit,
    bool isInCluster
) : BackgroundService, IRemoteOperations
{
    /// <summary>The reason on the node and in its events.</summary>
    public const string Reason = "REST API";

    private readonly Lock _starting = new();
    private readonly Dictionary<string, RunningNodeDrain> _running = new(StringComparer.OrdinalIgnoreCase);
    private readonly Channel<string> _changed = Channel.CreateUnbounded<string>(new() { SingleReader = true });

    private NodeManagerSession Session => cluster.Session;

    private string Server => isInCluster ? "in-cluster" : Session.Who();

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
                new(HandBack: (drain, stop) => started.IsFollowed ? HandBackAsync(by, drain, options, stop) : Task.CompletedTask)
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

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        LiveNodes nodes = live.Nodes;
        nodes.Changed += Enqueue;
        try
        {
            await nodes.ReadyAsync(stoppingToken);
            foreach (ClusterNode node in nodes.List())
                Enqueue(node.Name);
        }
        catch (NodeManagerException)
        {
            // Nodes that appear later are changes.
        }

        try
        {
            await foreach (string name in _changed.Reader.ReadAllAsync(stoppingToken))
                await ResumeAsync(nodes, name, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
        finally
        {
            nodes.Changed -= Enqueue;
        }
    }

    private void Enqueue(string node) => _changed.Writer.TryWrite(node);

    private async Task ResumeAsync(LiveNodes nodes, string name, CancellationToken stop)
    {
        try
        {
            await nodes.ReadyAsync(stop);
            if (operations.IsStopping || nodes.Find(name) is not { } node || !UnfinishedDrains.Has(node))
                return;
            if (await UnfinishedDrains.TakeAsync(Session, new(name, node.Uid), Server, stop) is not { } drain)
                return;
            TrackedOperation resumed = Start(drain.By, name, UnfinishedDrains.OptionsOf(drain, Reason), isFollowed: true).Operation;
            // Anyone who may patch nodes can write this annotation, so it does not prove who requested the drain.
            audit.Acted(Session.Who(), $"resume drain, noted as requested by {drain.By}", name, resumed.Operation.Id);
        }
        catch (NodeManagerException problem)
        {
            // The node stays cordoned and can be drained again.
            audit.Acted(Session.Who(), "resume drain", name, problem.ErrorId);
        }
    }

    private NodeManagerException Busy(string node, RunningNodeDrain running) =>
        new(
            ErrorIds.NodeBusy,
            ErrorKind.ResourceBusy,
            $"Node '{node}' in cluster '{Session.Cluster}' is being drained by operation {running.Operation.Operation.Id} of {running.Operation.By}, with other options.",
            node,
            $"Wait until that operation ends, or cancel it (DELETE {OperationRoutes.Path}/{running.Operation.Operation.Id})."
        );

    private async Task HandBackAsync(string by, RunningOperation drain, DrainOptions options, CancellationToken stop)
    {
        if (drain.Results is not [NodeDrainResult { Status: NodeDrainStatus.Cancelled } result])
            return;
        await UnfinishedDrains.LeaveAsync(Session, new(result.Node, result.NodeUid), Server, by, options, stop);
    }
}
