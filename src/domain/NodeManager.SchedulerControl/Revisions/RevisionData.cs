using System.Text.Json.Serialization;

namespace NodeManager.SchedulerControl.Revisions;

/// <summary>The content of a revision; the data of a ControllerRevision.</summary>
internal sealed record RevisionData
{
    [JsonPropertyName("configMap")]
    public required string ConfigMap { get; init; }

    [JsonPropertyName("key")]
    public required string Key { get; init; }

    /// <summary>The whole configuration, character for character.</summary>
    [JsonPropertyName("text")]
    public required string Text { get; init; }

    /// <summary>The action: <c>Enable Coscheduling</c>.</summary>
    [JsonPropertyName("action")]
    public string Action { get; init; } = "";

    /// <summary><c>user@machine</c>; empty for a found one.</summary>
    [JsonPropertyName("by")]
    public string By { get; init; } = "";

    /// <summary>The reason given by the user.</summary>
    [JsonPropertyName("reason")]
    public string Reason { get; init; } = "";

    [JsonPropertyName("at")]
    public DateTimeOffset At { get; init; }

    /// <summary>The revision that it was made from; 0 for a found one.</summary>
    [JsonPropertyName("previous")]
    public long Previous { get; init; }

    /// <summary>The differences to the previous revision.</summary>
    [JsonPropertyName("changes")]
    public IReadOnlyList<string> Changes { get; init; } = [];

    /// <summary>True if it was made by other means than these commands.</summary>
    [JsonPropertyName("found")]
    public bool IsFound { get; init; }
}

[JsonSerializable(typeof(RevisionData))]
internal sealed partial class RevisionJson : JsonSerializerContext;
