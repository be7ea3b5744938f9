namespace NodeManager.Sandbox.Model.Resources;

/// <summary>The paths of a scale subresource, as member names after dots: <c>.spec.replicas</c>.</summary>
/// <param name="Selector">Null without a selector.</param>
internal sealed record ScalePaths(string Replicas, string StatusReplicas, string? Selector)
{
    public static ScalePaths? Read(JsonObject? scale) =>
        scale is null
            ? null
            : new(scale.Text("specReplicasPath") ?? "", scale.Text("statusReplicasPath") ?? "", scale.Text("labelSelectorPath"));

    public static JsonNode? Find(JsonObject document, string path)
    {
        JsonNode? node = document;
        foreach (string step in Steps(path))
            node = (node as JsonObject)?[step];
        return node;
    }

    /// <exception cref="InvalidOperationException">A value on the path is not an object.</exception>
    public static void Set(JsonObject document, string path, JsonNode value)
    {
        string[] steps = Steps(path);
        JsonObject owner = document;
        foreach (string step in steps.AsSpan(0, steps.Length - 1))
            owner = owner.Ensure(step);
        owner[steps[^1]] = value;
    }

    private static string[] Steps(string path) => path.Split('.', StringSplitOptions.RemoveEmptyEntries);
}
