using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeManager.Autoscaling.Resources;

/// <summary>The planned machine of a claim, and the pods that it was created for. Stored as an annotation of the claim.</summary>
/// <param name="Allocatable">The planned allocatable of its node, by resource name.</param>
/// <param name="Pods">The keys of their specifications.</param>
public sealed record PlannedMachine(IReadOnlyDictionary<string, decimal> Allocatable, IReadOnlyList<string> Pods)
{
    /// <summary>The claims that the machine replaces; null: none. Its own annotation of the claim.</summary>
    [JsonIgnore]
    public MachineReplacement? Replaces { get; init; }

    /// <summary>The plan at the claim's creation; null: unknown, or unreadable.</summary>
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
/// The observed differences of a pool's machines from their plans. Stored as an annotation of the pool, so that they outlive the autoscaler
/// and the nodes. Valid for one machine template and one provider specification.
/// </summary>
/// <param name="Template">Identifies the machine template and the provider's specification.</param>
/// <param name="Sizes">The last observed allocatable by size.</param>
/// <param name="Attempts">Machines that did not take the pods that they were created for.</param>
internal sealed record PoolObservations(string Template, IReadOnlyList<ObservedSize> Sizes, IReadOnlyList<MachineAttempt> Attempts)
{
    /// <summary>The observations of the pool's current machines; empty without any.</summary>
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

/// <summary>The observed allocatable of a size.</summary>
/// <param name="Node">The observed node.</param>
/// <param name="Allocatable">By resource name, without static pods.</param>
/// <param name="At">When its machine was created.</param>
internal sealed record ObservedSize(SizeKey Size, string Node, IReadOnlyDictionary<string, decimal> Allocatable, DateTimeOffset At);

/// <summary>A machine that did not take the pods that it was created for.</summary>
/// <param name="Pods">The key of their specification.</param>
/// <param name="Plan">The hash of the planned allocatable.</param>
/// <param name="IsTooSmall">True if resources were missing; false for another reason.</param>
/// <param name="Message">The planned and the actual state.</param>
/// <param name="At">The time of the observation.</param>
internal sealed record MachineAttempt(string Pods, SizeKey Size, string Plan, bool IsTooSmall, string Message, DateTimeOffset At);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(PlannedMachine))]
[JsonSerializable(typeof(PoolObservations))]
[JsonSerializable(typeof(MachineReplacement))]
internal sealed partial class ObservationJson : JsonSerializerContext
{
    /// <summary>Null without a text, or in another format.</summary>
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
