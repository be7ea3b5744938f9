using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Sandbox.Model.Documents;
using NodeManager.Sandbox.Model.Structure;

namespace NodeManager.Sandbox.Model.Ownership;

/// <summary>
/// The annotation in which kubectl's apply on the client's side remembers what it applied. Who goes over to applying on the server's
/// side, under kubectl's own name, may take what it says; and it is kept up, for the way back.
/// </summary>
internal static class LastApplied
{
    private const string Manager = "kubectl";
    private const string Annotation = "kubectl.kubernetes.io/last-applied-configuration";

    /// <summary>The fields that conflicts are not about; null for none.</summary>
    public static FieldSet? MayTake(ValueStructure structure, JsonObject live, FieldManager author)
    {
        if (author.Name != Manager || Read(live) is not { } text)
            return null;
        try
        {
            return JsonNode.Parse(text, documentOptions: DocumentDepth.Options) is JsonObject last
                ? AppliedFields.Of(structure, last)
                : null;
        }
        catch (Exception fault) when (fault is JsonException or OwnershipException or ArgumentException)
        {
            // A user's annotation may hold anything: then it allows nothing.
            return null;
        }
    }

    /// <summary>Keeps an annotation that is there true.</summary>
    public static void Follow(JsonObject document, JsonObject configuration, JsonObject live, FieldManager author)
    {
        if (author.Name != Manager || Read(live) is null)
            return;
        JsonObject applied = configuration.DeepClone().AsObject();
        if (applied.Object("metadata").Object("annotations") is { } annotations)
        {
            annotations.Remove(Annotation);
            if (annotations.Count == 0)
                applied["metadata"]!.AsObject().Remove("annotations");
        }

        document["metadata"]!.AsObject().Ensure("annotations")[Annotation] = applied.ToJsonString() + "\n";
    }

    private static string? Read(JsonObject live) => live.Object("metadata").Object("annotations").Text(Annotation);
}
