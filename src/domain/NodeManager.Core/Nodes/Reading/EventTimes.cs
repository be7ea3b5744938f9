namespace NodeManager.Core.Nodes.Reading;

/// <summary>Reporters of Events set different fields for the times at which they happened.</summary>
public static class EventTimes
{
    public static DateTimeOffset? LastAt(this Event happened) =>
        happened.LastTimestamp ?? happened.EventTime ?? happened.FirstTimestamp ?? happened.Metadata.CreationTimestamp;

    public static DateTimeOffset? FirstAt(this Event happened) =>
        happened.FirstTimestamp ?? happened.EventTime ?? happened.Metadata.CreationTimestamp;
}
