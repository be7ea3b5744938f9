using System.Text.Json.Serialization;
using NodeManager.Core.Machines;

namespace NodeManager.Providers.Webhook;

/// <summary>The body of a creation.</summary>
internal sealed record WebhookRequest(
    string Owner,
    string Name,
    string Pool,
    string Shape,
    string? Zone,
    string? Architecture,
    long CpuCores,
    long MemoryMiB,
    IReadOnlyDictionary<string, decimal> Resources,
    IReadOnlyDictionary<string, string> Labels,
    IReadOnlyList<string> Taints
)
{
    public static WebhookRequest Of(MachineRequest request, string owner) =>
        new(
            owner,
            request.Name,
            request.Pool,
            request.Shape,
            request.Zone,
            request.Architecture,
            request.CpuCores,
            request.MemoryMiB,
            request.Resources,
            request.Labels,
            request.Taints
        );
}

/// <summary>A machine in an answer.</summary>
internal sealed record WebhookMachine
{
    public string Owner { get; init; } = "";

    public string Claim { get; init; } = "";

    public string Name { get; init; } = "";

    public string ProviderId { get; init; } = "";

    public string? Status { get; init; }

    public string? Zone { get; init; }

    public long CpuCores { get; init; }

    public long MemoryMiB { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }
}

internal sealed record WebhookMachines
{
    public List<WebhookMachine> Machines
    {
        get;
        init => field = value ?? [];
    } = [];
}

/// <summary>The body of a refusal.</summary>
/// <param name="Code">The name of a <see cref="MachineOutcome"/>; null or unknown: the status code decides.</param>
internal sealed record WebhookError(string? Code, string? Message);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(WebhookRequest))]
[JsonSerializable(typeof(WebhookMachine))]
[JsonSerializable(typeof(WebhookMachines))]
[JsonSerializable(typeof(WebhookError))]
internal sealed partial class WebhookJson : JsonSerializerContext;
