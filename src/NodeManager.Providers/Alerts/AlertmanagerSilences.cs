using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NodeManager.Kubernetes.Selectors;
using NodeManager.Monitoring.Alerts.Delivery;

namespace NodeManager.Providers.Alerts;

/// <summary>
/// Writes the cluster's silences to Alertmanager, with a mark in the comment by which any monitor of the cluster recognizes them. Silences
/// without the mark are not touched. Source: https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml
/// </summary>
internal sealed class AlertmanagerSilences(AlertSender sender, TimeProvider wall)
{
    private const string Path = "silences";
    private const int LargestList = 8 << 20;

    // Clocks differ, and each monitor computes the end by its own.
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(1);

    // Acknowledgements that this process has written.
    private readonly HashSet<string> _acknowledged = new(StringComparer.Ordinal);

    public async Task ApplyAsync(string cluster, IReadOnlyList<SinkSilence> silences, CancellationToken cancellationToken)
    {
        List<Known> known = await ListAsync(cluster, cancellationToken);
        Dictionary<string, SinkSilence> wanted = silences.ToDictionary(one => Mark(cluster, one.Silence.Id), StringComparer.Ordinal);
        foreach (SinkSilence one in silences.Where(static one => one.IsWanted))
        {
            Known? same = known.Find(other => other.Mark == Mark(cluster, one.Silence.Id));
            if (same is null || (same.EndsAt - one.EndsAt).Duration() > Tolerance)
                await sender.SendAsync(
                    HttpMethod.Post,
                    Path,
                    Encoding.UTF8.GetBytes(Body(cluster, one, same?.Id).ToJsonString()),
                    0,
                    cancellationToken
                );
            if (one.Silence.UntilResolved)
                _acknowledged.Add(one.Silence.Id);
        }

        foreach (Known other in known)
        {
            bool isKept = wanted.TryGetValue(other.Mark, out SinkSilence? one) && (one.IsWanted || !_acknowledged.Contains(one.Silence.Id));
            if (!isKept)
                await sender.SendAsync(HttpMethod.Delete, "silence/" + Uri.EscapeDataString(other.Id), null, 0, cancellationToken);
        }

        _acknowledged.RemoveWhere(id => !silences.Any(one => one.Silence.Id == id && one.IsWanted));
    }

    /// <param name="cluster">The label of the cluster's alerts.</param>
    /// <param name="replaced">The silence to update; null: a new one.</param>
    private JsonObject Body(string cluster, SinkSilence silence, string? replaced)
    {
        NodeAlertSilence one = silence.Silence;
        JsonArray matchers = [Matcher("cluster", [cluster])];
        if (one.Causes.Count > 0)
            matchers.Add(Matcher("cause", one.Causes));
        if (one.Nodes.Count > 0)
            matchers.Add(Matcher("node", one.Nodes));
        foreach ((string label, string value) in one.Labels)
            matchers.Add(Equal(label, value));
        JsonObject body = new()
        {
            ["matchers"] = matchers,
            ["startsAt"] = AlertmanagerSink.Time(wall.GetUtcNow()),
            ["endsAt"] = AlertmanagerSink.Time(silence.EndsAt),
            ["createdBy"] = one.CreatedBy.Length > 0 ? one.CreatedBy : "NodeManager",
            ["comment"] = $"{one.Reason} {Mark(cluster, one.Id)}",
        };
        if (replaced is not null)
            body["id"] = replaced;
        return body;
    }

    private static string Mark(string cluster, string id) => $"[NodeManager silence {id} of {cluster}]";

    private static JsonObject Matcher(string label, IReadOnlyList<string> patterns) =>
        patterns is [{ } only] && !NamePattern.IsWildcard(only)
            ? Equal(label, only)
            : new()
            {
                ["name"] = label,
                ["value"] = string.Join('|', patterns.Select(Expression)),
                ["isRegex"] = true,
                ["isEqual"] = true,
            };

    private static JsonObject Equal(string label, string value) =>
        new()
        {
            ["name"] = label,
            ["value"] = value,
            ["isRegex"] = false,
            ["isEqual"] = true,
        };

    // Alertmanager anchors expressions. Character ranges have the same form.
    private static string Expression(string pattern)
    {
        StringBuilder text = new();
        bool isRange = false;
        foreach (char sign in pattern)
        {
            isRange = sign == '[' || (isRange && sign != ']');
            text.Append(
                sign switch
                {
                    '*' when !isRange => ".*",
                    '?' when !isRange => ".",
                    '[' or ']' => sign.ToString(),
                    _ when isRange => sign.ToString(),
                    _ => Regex.Escape(sign.ToString()),
                }
            );
        }

        return text.ToString();
    }

    private async Task<List<Known>> ListAsync(string cluster, CancellationToken cancellationToken)
    {
        byte[] answer = await sender.SendAsync(HttpMethod.Get, Path, null, LargestList, cancellationToken);
        try
        {
            return [.. (JsonNode.Parse(answer) as JsonArray ?? []).OfType<JsonObject>().Select(one => Read(cluster, one)).OfType<Known>()];
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException)
        {
            throw new AlertDeliveryException("the receiver answered with a list of silences that cannot be read.");
        }
    }

    private static Known? Read(string cluster, JsonObject silence)
    {
        string comment = (string?)silence["comment"] ?? "";
        int at = comment.LastIndexOf("[NodeManager silence ", StringComparison.Ordinal);
        if (at < 0 || !comment.EndsWith($" of {cluster}]", StringComparison.Ordinal) || (string?)silence["status"]?["state"] == "expired")
            return null;
        return (string?)silence["id"] is { Length: > 0 } id
            ? new(id, comment[at..], DateTimeOffset.Parse((string?)silence["endsAt"] ?? "", CultureInfo.InvariantCulture))
            : null;
    }

    private sealed record Known(string Id, string Mark, DateTimeOffset EndsAt);
}
