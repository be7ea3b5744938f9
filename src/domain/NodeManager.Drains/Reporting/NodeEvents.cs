using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Drains.Progress;

namespace NodeManager.Drains.Reporting;

/// <summary>Records the actions of a drain as Events of the node. A drain without permission for Events continues without them.</summary>
internal sealed class NodeEvents(DrainScope scope)
{
    public Task StartedAsync(Node node, CancellationToken cancellationToken) =>
        WriteAsync(
            node,
            "Normal",
            "NodeDrainStarted",
            $"{scope.Session.Who()} drains this node{(scope.Options.Reason.Length > 0 ? $": {scope.Options.Reason}" : ".")}",
            cancellationToken
        );

    public Task EndedAsync(Node node, NodeDrainResult result, CancellationToken cancellationToken) =>
        result.Status switch
        {
            NodeDrainStatus.Drained => WriteAsync(node, "Normal", "NodeDrained", result.Message, cancellationToken),
            NodeDrainStatus.Cancelled => WriteAsync(node, "Warning", "NodeDrainCancelled", result.Message, cancellationToken),
            _ => WriteAsync(node, "Warning", "NodeDrainFailed", result.Message, cancellationToken),
        };

    private async Task WriteAsync(Node node, string type, string reason, string message, CancellationToken cancellationToken)
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
            await EventWriter.WriteAsync(scope.Connection, about, type, reason, message, scope.Observer, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            scope.Observer.Verbose($"Node {node.Metadata.Name}: no time was left to write the Event {reason}.");
        }
    }
}
