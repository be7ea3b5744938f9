using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeManager.Autoscaling.Resources;

/// <summary>What a claim's machine was planned to be, and the pods that it was planned for. The claim keeps it as an annotation.</summary>
/// <param name="Allocatable">What pods were to reserve on its node, by resource name.</param>
/// <param name="Pods">The keys of their specifications.</param>
public sealed record PlannedMachine(IReadOnlyDictionary<string, decimal> Allocatable, IReadOnlyList<string> Pods)
{
    /// <summary>The plan of the claim's creation; null: none is known, or it cannot be read.</summary>
    public static PlannedMachine? Of(NodeSmithClaim claim) =>
        ObservationJson.Read(
            claim.Metadata.Annotations?.GetValueOrDefault(NodeSmithNames.PlanAnnotation),
            ObservationJson.Default.PlannedMachine
        )
            is { Allocatable: not null, Pods: not null } plan
            ? plan
            : null;

    public string ToJson() => JsonSerializer.Serialize(this, ObservationJson.Default.PlannedMachine);

    /// <summary>Equal for equal amounts.</summary>
    public static string HashOf(IReadOnlyDictionary<string, decimal> amounts) =>
        ObservationJson.Hash(
            string.Join(
                '\n',
                amounts
                    .OrderBy(static one => one.Key, StringComparer.Ordinal)
                    .Select(static one => FormattableString.Invariant($"{one.Key}={one.Value:0.###}"))
            )
        );
}

/// <summary>
/// What a pool's machines turned out to be where that differs from the plan. The pool keeps it as an annotation, so that it outlives the autoscaler
/// and the nodes. It holds for one machine template and one provider specification; what is observed of others is void.
/// </summary>
/// <param name="Template">Identifies the machine template and the provider's specification.</param>
/// <param name="Sizes">What nodes of a size offer, as last seen.</param>
/// <param name="Attempts">Machines that did not take the pods that they were created for.</param>
internal sealed record PoolObservations(string Template, IReadOnlyList<ObservedSize> Sizes, IReadOnlyList<MachineAttempt> Attempts)
{
    /// <summary>What is known of the pool's present machines; empty where nothing is, or it is of former ones.</summary>
    public static PoolObservations Of(NodeSmithPool pool, NodeSmithProvider? provider)
    {
        string template = TemplateOf(pool, provider);
        return
            ObservationJson.Read(
                pool.Metadata.Annotations?.GetValueOrDefault(NodeSmithNames.ObservationsAnnotation),
                ObservationJson.Default.PoolObservations
            )
                is { Sizes: not null, Attempts: not null } kept
            && kept.Template == template
            ? kept
            : new(template, [], []);
    }

    public string ToJson() => JsonSerializer.Serialize(this, ObservationJson.Default.PoolObservations);

    private static string TemplateOf(NodeSmithPool pool, NodeSmithProvider? provider) =>
        ObservationJson.Hash(
            string.Join(
                '\n',
                pool.Spec.ProviderRef,
                JsonSerializer.Serialize(pool.Spec.MachineTemplate, NodeSmithJson.Default.NodeSmithMachineTemplate),
                provider is null ? "" : JsonSerializer.Serialize(provider.Spec, NodeSmithJson.Default.NodeSmithProviderSpec)
            )
        );
}

/// <summary>A size of machines: a shape, or cores and memory alone.</summary>
internal readonly record struct SizeKey(string Shape, long CpuCores, long MemoryMiB)
{
    public override string ToString() =>
        FormattableString.Invariant($"{(Shape.Length > 0 ? $"shape '{Shape}', " : "")}{CpuCores} cores, {MemoryMiB} MiB");
}

/// <summary>What a node of a size offers.</summary>
/// <param name="Size">The size.</param>
/// <param name="Node">The node that it was seen on.</param>
/// <param name="Allocatable">What pods may reserve there, by resource name; without what static pods take.</param>
/// <param name="At">When its machine was created.</param>
internal sealed record ObservedSize(SizeKey Size, string Node, IReadOnlyDictionary<string, decimal> Allocatable, DateTimeOffset At);

/// <summary>A machine that did not take the pods that it was created for.</summary>
/// <param name="Pods">The key of their specification.</param>
/// <param name="Size">Of the machine.</param>
/// <param name="Plan">The hash of the allocatable that it was planned with.</param>
/// <param name="IsTooSmall">True where resources were missing; false where anything else about the node kept the pods away.</param>
/// <param name="Message">What was planned and what is real.</param>
/// <param name="At">When it was found.</param>
internal sealed record MachineAttempt(string Pods, SizeKey Size, string Plan, bool IsTooSmall, string Message, DateTimeOffset At);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(PlannedMachine))]
[JsonSerializable(typeof(PoolObservations))]
internal sealed partial class ObservationJson : JsonSerializerContext
{
    /// <summary>Null where there is no text, or it is not of that form.</summary>
    public static T? Read<T>(string? json, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        if (string.IsNullOrEmpty(json))
            return null;
        try
        {
            return JsonSerializer.Deserialize(json, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
}
