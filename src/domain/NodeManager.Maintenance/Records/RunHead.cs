using System.Text.Json;
using NodeManager.Kubernetes.Models;
using NodeManager.Runs;

namespace NodeManager.Maintenance.Records;

/// <summary>What a run is and how far, as read from its first ConfigMap.</summary>
internal sealed record RunHead(RunRecord Run, RunState State, ConfigMap Map)
{
    /// <summary>Null where the text is not a run of this layout, or was tampered with.</summary>
    public static RunHead? Read(ConfigMap map)
    {
        if (
            map.Data?.GetValueOrDefault(RunLayout.FormatKey) != RunLayout.Format
            || map.Data.GetValueOrDefault(RunLayout.RunKey) is not { } run
            || map.Data.GetValueOrDefault(RunLayout.StateKey) is not { } state
        )
            return null;
        try
        {
            // The id stands in commands that people are told to type: it has to be the one that the server checked as a name.
            return
                JsonSerializer.Deserialize(run, MaintenanceJson.Default.RunRecord) is { } record
                && RunLayout.NameOf(record.Id) == map.Metadata.Name
                && JsonSerializer.Deserialize(state, MaintenanceJson.Default.RunState) is { } reached
                ? new(record, reached, map)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
