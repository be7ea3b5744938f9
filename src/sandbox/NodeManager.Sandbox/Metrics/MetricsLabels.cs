using System.Text.Json.Nodes;
using NodeManager.Sandbox.Model.Store;

namespace NodeManager.Sandbox.Metrics;

/// <summary>Metrics carry the labels of what they measure, so that selectors work on them.</summary>
internal static class MetricsLabels
{
    public static JsonObject? Of(StoredObject item) =>
        item.Labels is { Count: > 0 } labels ? new(labels.Select(label => KeyValuePair.Create(label.Key, (JsonNode?)label.Value))) : null;
}
