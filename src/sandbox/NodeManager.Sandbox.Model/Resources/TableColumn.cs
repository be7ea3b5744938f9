using System.Text.Json.Nodes;

namespace NodeManager.Sandbox.Model.Resources;

/// <summary>A column of what <c>kubectl get</c> shows. Priority 0 is always there, 1 with <c>-o wide</c>.</summary>
/// <param name="Name">The heading.</param>
/// <param name="Cell">What stands in it, of a document and the moment at which it is asked.</param>
internal sealed record TableColumn(string Name, Func<JsonObject, DateTimeOffset, JsonNode?> Cell)
{
    /// <summary><c>string</c>, <c>integer</c>, <c>number</c>, <c>boolean</c> or <c>date</c>.</summary>
    public string Type { get; init; } = "string";

    public string Description { get; init; } = "";

    public int Priority { get; init; }

    /// <summary><c>name</c> where it names the object.</summary>
    public string Format { get; init; } = "";

    /// <summary>From which Kubernetes on (1.From), and until which, it is there.</summary>
    public int From { get; init; }

    public int Until { get; init; } = int.MaxValue;
}
