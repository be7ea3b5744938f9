using System.Text.Json;
using NodeManager.Sandbox.Model.Structure;

namespace NodeManager.Sandbox.Model.Ownership;

/// <summary>
/// The annotation in which kubectl's client-side apply stores its configuration. A migration to server-side apply under kubectl's own name
/// may take over its fields, and the annotation is updated for the way back.
/// </summary>
internal static class LastApplied
{
    private const string Manager = "kubectl";
    private const string Annotation = "kubectl.kubernetes.io/last-applied-configuration";

    /// <summary>The fields without conflicts; null for none.</summary>
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
            // A user may write any text into the annotation; invalid text allows nothing.
            return null;
        }
    }

    /// <summary>Updates an existing annotation.</summary>
    public static void UpdateAnnotation(JsonObject document, JsonObject configuration, JsonObject live, FieldManager author)
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
