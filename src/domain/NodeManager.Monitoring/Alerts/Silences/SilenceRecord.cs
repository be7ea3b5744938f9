using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Monitoring.Alerts.Silences;

/// <summary>A silence as JSON in a ConfigMap of its own. Other clients may have written it.</summary>
internal sealed record SilenceRecord
{
    /// <summary>Marks the ConfigMaps of silences.</summary>
    public const string Label = "nodemanager.io/alert-silence";

    public const string Prefix = "nodemanager-silence-";
    public const string Key = "silence";

    private const int IdLength = 16;

    public IReadOnlyList<string> Nodes { get; init; } = [];

    public IReadOnlyList<string> Causes { get; init; } = [];

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    public bool UntilResolved { get; init; }

    public DateTimeOffset StartsAt { get; init; }

    public DateTimeOffset EndsAt { get; init; }

    public string CreatedBy { get; init; } = "";

    public string Reason { get; init; } = "";

    public static SilenceRecord Of(AlertSilenceRequest request, DateTimeOffset now, string by) =>
        new()
        {
            Nodes = [.. request.Nodes.Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal)],
            Causes = [.. request.Causes.Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal)],
            Labels = new SortedDictionary<string, string>(request.Labels.ToDictionary(), StringComparer.Ordinal),
            UntilResolved = request.UntilResolved,
            StartsAt = now,
            EndsAt = now + request.Duration,
            CreatedBy = by,
            Reason = request.Reason.Trim(),
        };

    /// <summary>From what it covers, so that a second silence of the same alerts replaces the first.</summary>
    public string Id =>
        Convert.ToHexStringLower(
            SHA256.HashData(
                Encoding.UTF8.GetBytes(
                    string.Join('\n', Nodes)
                        + "\n\n"
                        + string.Join('\n', Causes)
                        + "\n\n"
                        + string.Join('\n', Labels.Select(static label => $"{label.Key}={label.Value}"))
                        + (UntilResolved ? "\n\nresolved" : "")
                )
            )
        )[..IdLength];

    public string ToJson() => JsonSerializer.Serialize(this, SilenceJson.Default.SilenceRecord);

    /// <summary>Null for an object that no version of NodeManager wrote, or that was changed to something else.</summary>
    public static NodeAlertSilence? Read(ConfigMap map, NodeManagerSession session)
    {
        if (map.Data?.GetValueOrDefault(Key) is not { } text || !map.Metadata.Name.StartsWith(Prefix, StringComparison.Ordinal))
            return null;
        try
        {
            return
                JsonSerializer.Deserialize(text, SilenceJson.Default.SilenceRecord)
                    is { Nodes: not null, Causes: not null, Labels: not null } record
                && record.Nodes.Count + record.Causes.Count + record.Labels.Count > 0
                ? record.ToSilence(map.Metadata.Name[Prefix.Length..], session)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public NodeAlertSilence ToSilence(string id, NodeManagerSession session) =>
        new()
        {
            Session = session,
            Cluster = session.Cluster,
            Id = id,
            Nodes = new([.. Nodes.OfType<string>().Take(AlertSilenceRequest.MaximumPatterns)]),
            Causes = new([.. Causes.OfType<string>().Take(AlertSilenceRequest.MaximumPatterns)]),
            Labels = new(Labels.Take(AlertSilenceRequest.MaximumPatterns).ToDictionary(StringComparer.Ordinal)),
            UntilResolved = UntilResolved,
            StartsAt = StartsAt,
            EndsAt = EndsAt,
            CreatedBy = Bounded(CreatedBy),
            Reason = Bounded(Reason),
        };

    private static string Bounded(string? text) =>
        text is null ? ""
        : text.Length > AlertSilenceRequest.LongestReason ? text[..AlertSilenceRequest.LongestReason]
        : text;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SilenceRecord))]
internal sealed partial class SilenceJson : JsonSerializerContext;
