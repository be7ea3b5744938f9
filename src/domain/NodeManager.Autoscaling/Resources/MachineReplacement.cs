using System.Text.Json;

namespace NodeManager.Autoscaling.Resources;

/// <summary>The claims that a new claim replaces. Stored as an annotation of the new one, so that it outlives the autoscaler.</summary>
/// <param name="Reason"><c>Underutilized</c>, <c>Drifted</c> or <c>Expired</c>.</param>
/// <param name="Claims">Their names by UID.</param>
public sealed record MachineReplacement(string Reason, IReadOnlyDictionary<string, string> Claims)
{
    /// <summary>Null: the claim replaces none, or the annotation is unreadable.</summary>
    public static MachineReplacement? Of(NodeSmithClaim claim) =>
        ObservationJson.Read(
            claim.Metadata.Annotations?.GetValueOrDefault(NodeSmithNames.ReplacesAnnotation),
            ObservationJson.Default.MachineReplacement
        )
            is { Reason: not null, Claims: not null } replacement
            ? replacement
            : null;

    public string ToJson() => JsonSerializer.Serialize(this, ObservationJson.Default.MachineReplacement);
}
