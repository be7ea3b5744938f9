using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace NodeManager.Core.Nodes.Claims;

/// <summary>
/// The rest of a drain whose server stopped, for another server to resume. Part of the <see cref="DrainAnnotation"/>: uncordoning the node
/// cancels it.
/// </summary>
/// <param name="Server">The servers that may resume it.</param>
/// <param name="By">The user who started the drain.</param>
/// <param name="At">When it was recorded, in the cluster's time.</param>
/// <param name="Options">The fields of its options, see <c>DrainFields</c>.</param>
public sealed record UnfinishedDrain(
    [property: JsonPropertyName("server")] string Server,
    [property: JsonPropertyName("by")] string By,
    [property: JsonPropertyName("at")] DateTimeOffset At,
    [property: JsonPropertyName("options")] JsonObject? Options
);
