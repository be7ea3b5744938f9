using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeManager.Autoscaling.Resources;

/// <summary>
/// A pool's template of new nodes. A claim stores the one of its creation, so that later changes can be detected and reverted.
/// </summary>
/// <param name="ProviderRef">The name of the NodeSmithProvider.</param>
/// <param name="MachineTemplate">Labels, taints, shapes and other properties of a machine.</param>
public sealed record ClaimTemplate(string ProviderRef, NodeSmithMachineTemplate MachineTemplate)
{
    public static ClaimTemplate Of(NodeSmithPool pool) => new(pool.Spec.ProviderRef, pool.Spec.MachineTemplate);

    /// <summary>The template of the claim's creation; null: unknown, or unreadable.</summary>
    public static ClaimTemplate? Of(NodeSmithClaim claim) =>
        Read(claim.Metadata.Annotations?.GetValueOrDefault(NodeSmithNames.TemplateAnnotation));

    /// <summary>The inverse of <see cref="ToJson"/>; null: another format.</summary>
    public static ClaimTemplate? Read(string? json)
    {
        if (string.IsNullOrEmpty(json))
            return null;
        try
        {
            return
                JsonSerializer.Deserialize(json, ClaimTemplateJson.Default.ClaimTemplate)
                    is { ProviderRef: not null, MachineTemplate: not null } template
                ? template
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public string ToJson() => JsonSerializer.Serialize(this, ClaimTemplateJson.Default.ClaimTemplate);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(ClaimTemplate))]
internal sealed partial class ClaimTemplateJson : JsonSerializerContext;
