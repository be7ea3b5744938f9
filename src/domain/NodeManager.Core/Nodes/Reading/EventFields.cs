namespace NodeManager.Core.Nodes.Reading;

/// <summary>Reporters of Events set different fields for the times at which they happened, and for themselves.</summary>
public static class EventFields
{
    public static DateTimeOffset? LastAt(this Event happened) =>
        happened.LastTimestamp
        ?? happened.Series?.LastObservedTime
        ?? happened.EventTime
        ?? happened.FirstTimestamp
        ?? happened.Metadata.CreationTimestamp;

    public static DateTimeOffset? FirstAt(this Event happened) =>
        happened.FirstTimestamp ?? happened.EventTime ?? happened.Metadata.CreationTimestamp;

    /// <summary>The component that reported it; empty if it is not stated.</summary>
    public static string Reporter(this Event happened) =>
        happened.Source?.Component is { Length: > 0 } component ? component : happened.ReportingComponent ?? "";
}
