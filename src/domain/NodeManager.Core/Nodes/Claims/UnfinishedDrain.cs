using System.Text.Json.Serialization;

namespace NodeManager.Core.Nodes.Claims;

/// <summary>
/// What a server that stops leaves of a drain, so that the next one resumes it. It is a part of the <see cref="DrainAnnotation"/>: uncordoning the node
/// calls it off.
/// </summary>
/// <param name="Server">Which servers may resume it.</param>
/// <param name="By">Who asked for the drain.</param>
/// <param name="At">When it was left, in the cluster's time.</param>
/// <param name="GraceSeconds">The grace period of the pods; null: their own.</param>
/// <param name="TimeoutSeconds">How long the resumed drain may take, without the time before; null: without end.</param>
public sealed record UnfinishedDrain(
    [property: JsonPropertyName("server")] string Server,
    [property: JsonPropertyName("by")] string By,
    [property: JsonPropertyName("at")] DateTimeOffset At,
    [property: JsonPropertyName("graceSeconds"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? GraceSeconds,
    [property: JsonPropertyName("timeoutSeconds"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? TimeoutSeconds,
    [property: JsonPropertyName("deleteEmptyDirData")] bool DeleteEmptyDirData,
    [property: JsonPropertyName("deleteUnmanagedPods")] bool DeleteUnmanagedPods
);
