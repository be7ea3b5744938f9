using NodeManager.Core.Drain.Running;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Core.Drain.Reporting;

/// <summary>Notes on a node, as Kubernetes Events, what a drain does. Whoever may not write them drains all the same.</summary>
internal sealed class NodeEvents(DrainScope scope)
{
    // Events about nodes, which have no namespace, are taken in this one only.
    private const string Namespace = "default";
    private const string Component = "nodemanager";
    private const int LongestMessage = 1024;

    public Task StartedAsync(Node node, CancellationToken cancellationToken) =>
        WriteAsync(
            node, "Normal", "NodeDrainStarted",
            $"{NodeCordon.Who(scope.Session)} drains this node{(scope.Options.Reason.Length > 0 ? $": {scope.Options.Reason}" : ".")}", cancellationToken);

    public Task EndedAsync(Node node, NodeDrainResult result, CancellationToken cancellationToken) => result.Status switch
    {
        NodeDrainStatus.Drained => WriteAsync(node, "Normal", "NodeDrained", result.Message, cancellationToken),
        NodeDrainStatus.Cancelled => WriteAsync(node, "Warning", "NodeDrainCancelled", result.Message, cancellationToken),
        _ => WriteAsync(node, "Warning", "NodeDrainFailed", result.Message, cancellationToken),
    };

    private async Task WriteAsync(Node node, string type, string reason, string message, CancellationToken cancellationToken)
    {
        DateTimeOffset now = scope.Now;
        Event written = new()
        {
            ApiVersion = "v1",
            Kind = "Event",
            Metadata = new() { Name = $"{node.Metadata.Name}.{Guid.NewGuid():n}", Namespace = Namespace },
            InvolvedObject = new() { ApiVersion = "v1", Kind = "Node", Name = node.Metadata.Name, Uid = node.Metadata.Uid },
            Type = type,
            Reason = reason,
            Message = message.Length > LongestMessage ? message[..LongestMessage] : message,
            Count = 1,
            FirstTimestamp = now,
            LastTimestamp = now,
            Source = new() { Component = Component },
            ReportingComponent = Component,
            ReportingInstance = Environment.MachineName,
        };
        try
        {
            await scope.Client.CreateAsync(Resources.Events, written, Namespace, new() { Retry = false }, cancellationToken);
        }
        catch (Exception exception)
        {
            scope.Observer.Verbose($"Node {node.Metadata.Name}: the event {reason} could not be written: {exception.Message}");
        }
    }
}
