using System.Text.Json;
using NodeManager.Runs;

namespace NodeManager.Maintenance.Records;

/// <summary>The first ConfigMap of a run: its constant data and its state.</summary>
internal sealed record RunHead(RunRecord Run, RunState State, ConfigMap Map)
{
    /// <summary>Null if the text is not a run of this layout, or was changed manually.</summary>
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
            // Users run commands that contain the id: it must be the one that the server validated as a name.
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
