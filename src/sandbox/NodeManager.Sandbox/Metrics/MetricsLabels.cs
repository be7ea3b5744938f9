namespace NodeManager.Sandbox.Metrics;

/// <summary>Copies labels of objects to their metrics, for selectors.</summary>
internal static class MetricsLabels
{
    public static JsonObject? Of(StoredObject item) =>
        item.Labels is { Count: > 0 } labels ? new(labels.Select(label => KeyValuePair.Create(label.Key, (JsonNode?)label.Value))) : null;
}
