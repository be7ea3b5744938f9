using System.Text.Json;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Maintenance.State;

/// <summary>A run as read from its ConfigMap.</summary>
internal sealed record StoredRun(RunRecord Run, RunState State, IReadOnlyList<NodeRecord> Nodes, string ResourceVersion)
{
    public const string RunKey = "run";
    public const string StateKey = "state";
    public const string NodePrefix = "node.";

    /// <summary>Null for what is no run of ours, or was tampered with.</summary>
    public static StoredRun? Read(ConfigMap map)
    {
        if (map.Data is not { } data || !data.TryGetValue(RunKey, out string? run) || !data.TryGetValue(StateKey, out string? state)) return null;
        try
        {
            return new(
                JsonSerializer.Deserialize(run, MaintenanceJson.Default.RunRecord)!,
                JsonSerializer.Deserialize(state, MaintenanceJson.Default.RunState)!,
                [
                    .. data.Where(e => e.Key.StartsWith(NodePrefix, StringComparison.Ordinal))
                        .Select(e => JsonSerializer.Deserialize(e.Value, MaintenanceJson.Default.NodeRecord)!).OrderBy(n => n.Index),
                ],
                map.Metadata.ResourceVersion ?? "");
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
