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

    /// <param name="started">The writing of the first event: who watches the node sees both in their order.</param>
    public async Task EndedAsync(Task started, Node node, NodeDrainResult result, CancellationToken cancellationToken)
    {
        await started;
        (string type, string reason) = result.Status switch
        {
            NodeDrainStatus.Drained => ("Normal", "NodeDrained"),
            NodeDrainStatus.Cancelled => ("Warning", "NodeDrainCancelled"),
            _ => ("Warning", "NodeDrainFailed"),
        };
        await WriteAsync(node, type, reason, result.Message, cancellationToken);
    }

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
