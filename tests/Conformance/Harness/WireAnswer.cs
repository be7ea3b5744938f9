using System.Net;
using System.Text.Json.Nodes;

namespace NodeManager.Conformance.Harness;

/// <summary>What a server answered, as it came over the wire.</summary>
internal sealed record WireAnswer(HttpStatusCode Code, string Text)
{
    public JsonNode Json => JsonNode.Parse(Text)!;

    public string Reason => Json["reason"]?.GetValue<string>() ?? "";

    /// <summary>A watch's events.</summary>
    public IReadOnlyList<JsonNode> Lines =>
        [.. Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
}
