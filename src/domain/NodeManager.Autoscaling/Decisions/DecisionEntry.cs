using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeManager.Autoscaling.Decisions;

/// <param name="Pool">Empty for the autoscaler itself.</param>
/// <param name="Target">See <see cref="NodeScaleDecision.Target"/>.</param>
/// <param name="Leader">The identity of an autoscaler that starts to act.</param>
public sealed record DecisionEntry(DateTimeOffset At, string Pool, string Target, string Decision, string Reason, string? Leader = null);

/// <summary>The log in its ConfigMap: one line of JSON for each decision, the oldest first. Bounded, so that it always fits.</summary>
internal static partial class DecisionText
{
    /// <summary>The key of the ConfigMap's data.</summary>
    public const string Key = "decisions";

    /// <summary>The maximum number of decisions.</summary>
    public const int MaximumEntries = 1000;

    // A ConfigMap may have 1 MiB.
    private const int LargestText = 256 << 10;
    private const int LongestReason = 500;

    public static string Format(IReadOnlyList<DecisionEntry> entries)
    {
        var lines = new List<string>();
        int length = 0;
        foreach (DecisionEntry entry in entries.Reverse().Take(MaximumEntries))
        {
            DecisionEntry bounded = entry.Reason.Length > LongestReason ? entry with { Reason = entry.Reason[..LongestReason] } : entry;
            string line = JsonSerializer.Serialize(bounded, EntryJson.Default.DecisionEntry);
            length += line.Length + 1;
            if (length > LargestText)
                break;
            lines.Add(line);
        }

        lines.Reverse();
        return string.Join('\n', lines);
    }

    /// <summary>Unreadable lines are left out.</summary>
    public static List<DecisionEntry> Parse(string? text)
    {
        var entries = new List<DecisionEntry>();
        foreach (string line in (text ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            try
            {
                if (
                    JsonSerializer.Deserialize(line, EntryJson.Default.DecisionEntry) is
                    { Target: not null, Pool: not null, Decision: not null, Reason: not null } entry
                )
                    entries.Add(entry);
            }
            catch (JsonException)
            {
                // A line that was edited manually. The other lines are still valid.
            }
        }

        return entries;
    }

    [JsonSourceGenerationOptions(
        PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
    )]
    [JsonSerializable(typeof(DecisionEntry))]
    private sealed partial class EntryJson : JsonSerializerContext;
}
