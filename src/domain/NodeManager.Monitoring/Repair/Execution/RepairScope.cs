using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Models;
using NodeManager.Monitoring.Repair.Claims;
using NodeManager.Monitoring.Repair.Decisions;
using NodeManager.Monitoring.Repair.Machines;

namespace NodeManager.Monitoring.Repair.Execution;

/// <summary>The state shared by the repairs of one command.</summary>
internal sealed record RepairScope(
    RepairRequest Request,
    ClusterConnection Connection,
    RepairClaims Claims,
    NodeMachines Machines,
    IOperationObserver Observer
)
{
    private static readonly TimeSpan ClockResolution = TimeSpan.FromSeconds(1.5);

    public NodeManagerSession Session => Request.Session;

    public RepairPolicy Policy => Request.Policy;

    public TimeProvider Time => Connection.Time;

    public DateTimeOffset Now => Time.GetUtcNow();

    /// <summary>The API server's clock minus ours; zero below the resolution of its answers.</summary>
    public TimeSpan ClockOffset =>
        Connection.Client.ServerTime - Now is var offset && offset.Duration() > ClockResolution ? offset : TimeSpan.Zero;

    /// <summary>Writes a Kubernetes Event about an action on a node.</summary>
    public async Task RecordEventAsync(Node node, string type, string reason, string message, CancellationToken cancellationToken)
    {
        ObjectReference about = new()
        {
            ApiVersion = "v1",
            Kind = "Node",
            Name = node.Metadata.Name,
            Uid = node.Metadata.Uid,
        };
        try
        {
            await EventWriter.WriteAsync(Connection, about, type, reason, message, Observer, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Observer.Verbose($"Node {node.Metadata.Name}: no time was left to write the Event {reason}.");
        }
    }
}
