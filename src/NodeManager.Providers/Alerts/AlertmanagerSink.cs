using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using NodeManager.Core.Progress;
using NodeManager.Monitoring.Alerts.Delivery;

namespace NodeManager.Providers.Alerts;

/// <summary>
/// Prometheus Alertmanager's v2 API, which receives state: alerts that are not posted again are resolved. Labels identify an alert and
/// never change; annotations do. Source: https://prometheus.io/docs/alerting/latest/alerts_api/
/// </summary>
internal sealed class AlertmanagerSink(string name, AlertSender sender, TimeProvider wall) : IAlertStateSink, IAlertSilenceSink
{
    private readonly AlertmanagerSilences _silences = new(sender, wall);

    /// <summary>The end of an open alert after its post, which tolerates some failed posts.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);

    /// <summary>Alerts per post.</summary>
    private const int BatchSize = 200;

    public string Name => name;

    public TimeSpan Timeout => AlertSender.Timeout;

    public TimeSpan Interval => TimeSpan.FromMinutes(1);

    public TimeSpan ResolvedFor => TimeSpan.FromMinutes(15);

    public Task DeliverAsync(NodeAlert alert, CancellationToken cancellationToken) => PostAsync([alert], cancellationToken);

    public async Task PostAsync(IReadOnlyList<NodeAlert> alerts, CancellationToken cancellationToken)
    {
        foreach (NodeAlert[] batch in alerts.Chunk(BatchSize))
            await sender.PostAsync(Encoding.UTF8.GetBytes(Body(batch, wall.GetUtcNow()).ToJsonString()), [], cancellationToken);
    }

    public Task ApplyAsync(string cluster, IReadOnlyList<SinkSilence> silences, CancellationToken cancellationToken) =>
        _silences.ApplyAsync(cluster, silences, cancellationToken);

    public static JsonArray Body(IEnumerable<NodeAlert> alerts, DateTimeOffset now) =>
        [
            .. alerts.Select(alert =>
                (JsonNode)
                    new JsonObject
                    {
                        ["labels"] = new JsonObject(
                            alert.Labels.Select(static label => KeyValuePair.Create(label.Key, (JsonNode?)label.Value))
                        ),
                        ["annotations"] = Annotations(alert),
                        ["startsAt"] = Time(alert.StartsAt),
                        // A cluster's clock may be ahead.
                        ["endsAt"] = Time(alert.EndsAt ?? (alert.UpdatedAt > now ? alert.UpdatedAt : now) + Lease),
                    }
            ),
        ];

    private static JsonObject Annotations(NodeAlert alert)
    {
        JsonObject annotations = new()
        {
            ["summary"] = alert.Message,
            ["alert_id"] = alert.Id,
            ["count"] = alert.Nodes.Count.ToString(CultureInfo.InvariantCulture),
            ["flapping"] = alert.IsFlapping ? "true" : "false",
        };
        if (alert.Nodes.Count > 0)
            annotations["nodes"] = NameList.Of(alert.Nodes, 50);
        if (alert.Group.Length > 0)
            annotations["group"] = $"{alert.GroupBy} {alert.Group}";
        if (alert.Findings.Count > 0)
            annotations["description"] = string.Join(
                "\n",
                alert.Findings.Take(10).Select(static finding => $"{(finding.Node.Length > 0 ? finding.Node + ": " : "")}{finding.Message}")
            );
        return annotations;
    }

    /// <summary>A time as Alertmanager reads it.</summary>
    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
