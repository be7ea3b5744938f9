using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeManager.Autoscaling.Resources;

/// <summary>What a pool says of new nodes. A claim keeps that of its creation, so that what has changed since can be named, and restored.</summary>
/// <param name="ProviderRef">The name of the NodeSmithProvider.</param>
/// <param name="MachineTemplate">Labels, taints, shapes and what else a machine is made from.</param>
public sealed record ClaimTemplate(string ProviderRef, NodeSmithMachineTemplate MachineTemplate)
{
    public static ClaimTemplate Of(NodeSmithPool pool) => new(pool.Spec.ProviderRef, pool.Spec.MachineTemplate);

    /// <summary>That of the claim's creation; null: none is known, or it cannot be read.</summary>
    public static ClaimTemplate? Of(NodeSmithClaim claim) =>
        Read(claim.Metadata.Annotations?.GetValueOrDefault(NodeSmithNames.TemplateAnnotation));

    /// <summary>What <see cref="ToJson"/> wrote; null: it is not of that form.</summary>
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
