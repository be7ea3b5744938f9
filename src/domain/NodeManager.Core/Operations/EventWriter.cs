using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Core.Operations;

/// <summary>
/// Records actions as Kubernetes Events of the object concerned. Without permission for Events the work continues without them.
/// </summary>
public static class EventWriter
{
    private const string Component = "nodemanager";
    private const int LongestMessage = 1024;

    /// <param name="about">The object; the event is in its namespace, or in <c>default</c> for cluster-scoped ones.</param>
    /// <param name="type"><c>Normal</c> or <c>Warning</c>.</param>
    /// <param name="message">Truncated to the server's limit.</param>
    /// <param name="observer">Receives a message if the event could not be written.</param>
    public static async Task WriteAsync(
        ClusterConnection connection,
        ObjectReference about,
        string type,
        string reason,
        string message,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        Event written = Describe(about, $"{about.Name}.{Guid.NewGuid():n}", type, reason, message, connection.Time.GetUtcNow());
        try
        {
            await connection.Client.CreateAsync(
                Resources.Events,
                written,
                written.Metadata.Namespace,
                new() { Retry = false },
                cancellationToken
            );
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            observer.Verbose($"{about.Kind} {about.Name}: the event {reason} could not be written: {exception.Message}");
        }
    }

    /// <summary>Builds an event.</summary>
    /// <param name="type"><c>Normal</c> or <c>Warning</c>.</param>
    /// <param name="message">Truncated to the server's limit.</param>
    public static Event Describe(ObjectReference about, string name, string type, string reason, string message, DateTimeOffset now) =>
        new()
        {
            ApiVersion = "v1",
            Kind = "Event",
            Metadata = new() { Name = name, Namespace = about.Namespace is { Length: > 0 } given ? given : "default" },
            InvolvedObject = about,
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
}
