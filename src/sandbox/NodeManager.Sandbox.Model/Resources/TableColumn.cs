namespace NodeManager.Sandbox.Model.Resources;

/// <summary>A column of <c>kubectl get</c>. Priority 1 requires <c>-o wide</c>.</summary>
/// <param name="Cell">The cell's value, from the document and the current time.</param>
internal sealed record TableColumn(string Name, Func<JsonObject, DateTimeOffset, JsonNode?> Cell)
{
    /// <summary><c>string</c>, <c>integer</c>, <c>number</c>, <c>boolean</c> or <c>date</c>.</summary>
    public string Type { get; init; } = "string";

    public string Description { get; init; } = "";

    public int Priority { get; init; }

    /// <summary><c>name</c> for the object's name.</summary>
    public string Format { get; init; } = "";

    /// <summary>The first minor version with the column.</summary>
    public int From { get; init; }

    public int Until { get; init; } = int.MaxValue;
}
