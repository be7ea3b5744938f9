using System.Threading.Channels;
using NodeManager.Core.Drain;
using NodeManager.Core.Drain.Options;
using NodeManager.Core.Maintenance;
using NodeManager.Core.Nodes.Live;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Server.Access;
using NodeManager.Server.Clusters;
using NodeManager.Server.Operations;

namespace NodeManager.Server.Nodes;

/// <summary>
/// Drains that callers request. One that continues without its request, and runs when the host stops, is left on its node; the next server of the same
/// user, or another replica in the cluster, resumes it.
/// </summary>
/// <param name="isInCluster">Replicas of one Deployment continue each other's drains.</param>
internal sealed class DrainOperations(ClusterSession cluster, LiveNodeService live, OperationRegistry operations, AuditLog audit, bool isInCluster) : BackgroundService
{
    /// <summary>The reason on the node and in its events.</summary>
    public const string Reason = "REST API";

    private readonly Channel<string> _changed = Channel.CreateUnbounded<string>(new() { SingleReader = true });

    private NodeManagerSession Session => cluster.Session;

    private string Server => isInCluster ? "in-cluster" : Session.Who();

    /// <summary>Starts the drain of a node.</summary>
    /// <param name="by">Who asks for it.</param>
    /// <param name="node">Its name.</param>
    /// <param name="options">How.</param>
    /// <param name="isFollowed">The caller does not wait for it.</param>
    /// <exception cref="NodeManagerException">TooManyOperations, ServerStopping.</exception>
    public TrackedOperation Start(string by, string node, DrainOptions options, bool isFollowed) => operations.Start(
        by, static result => ((NodeDrainResult)result).ToApi(null), () => NodeOperations.StartDrain(new DrainRequest(Session, [node], options)),
        new(HandBack: isFollowed ? (drain, stop) => LeaveAsync(by, drain, options, stop) : null));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        LiveNodes nodes = live.Nodes;
        nodes.Changed += Note;
        try
        {
            await nodes.ReadyAsync(stoppingToken);
            foreach (ClusterNode node in nodes.List()) Note(node.Name);
        }
        catch (NodeManagerException)
        {
            // Nodes that are known later are changes.
        }

        try
        {
            await foreach (string name in _changed.Reader.ReadAllAsync(stoppingToken)) await ResumeAsync(nodes, name, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
        finally
        {
            nodes.Changed -= Note;
        }
    }

    private void Note(string node) => _changed.Writer.TryWrite(node);

    private async Task ResumeAsync(LiveNodes nodes, string name, CancellationToken stop)
    {
        try
        {
            await nodes.ReadyAsync(stop);
            if (operations.IsStopping || nodes.Find(name) is not { } node || !UnfinishedDrains.Has(node)) return;
            if (await UnfinishedDrains.TakeAsync(Session, new(name, node.Uid), Server, stop) is not { } drain) return;
            TrackedOperation resumed = Start(drain.By, name, UnfinishedDrains.OptionsOf(drain, Reason), isFollowed: true);
            // Anyone who may patch nodes can write the note, so its name does not prove who requested the drain.
            audit.Acted(Session.Who(), $"resume drain, noted as requested by {drain.By}", name, resumed.Operation.Id);
        }
        catch (NodeManagerException problem)
        {
            // The node stays cordoned, and a person can drain it again.
            audit.Acted(Session.Who(), "resume drain", name, problem.ErrorId);
        }
    }

    private async Task LeaveAsync(string by, RunningOperation drain, DrainOptions options, CancellationToken stop)
    {
        if (drain.Results is not [NodeDrainResult { Status: NodeDrainStatus.Cancelled } result]) return;
        await UnfinishedDrains.LeaveAsync(Session, new(result.Node, result.NodeUid), Server, by, options, stop);
    }
}
