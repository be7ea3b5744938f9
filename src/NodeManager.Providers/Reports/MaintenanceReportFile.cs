using System.Text.Json;

namespace NodeManager.Providers.Reports;

public static class MaintenanceReportFile
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Writes JSON for a file name that ends in <c>.json</c>, else HTML.</summary>
    /// <param name="runs">At least one.</param>
    /// <param name="force">Overwrite a read-only file.</param>
    /// <param name="noClobber">Do not overwrite an existing file.</param>
    public static void Write(
        string path,
        IReadOnlyList<NodeMaintenanceRun> runs,
        DateTimeOffset writtenAt,
        bool force,
        bool noClobber,
        CancellationToken cancellationToken
    ) =>
        DrainReportFile.Write(
            path,
            () =>
                Path.GetExtension(path).Equals(".json", StringComparison.OrdinalIgnoreCase)
                    ? JsonSerializer.Serialize(runs.Select(Flat), Json)
                    : MaintenanceReportPage.Render(runs, writtenAt),
            force,
            noClobber,
            cancellationToken
        );

    private static object Flat(NodeMaintenanceRun run) =>
        new
        {
            run.Id,
            run.Cluster,
            run.Namespace,
            run.Status,
            run.Message,
            run.Reason,
            run.StartedBy,
            run.Holder,
            run.StartedAt,
            run.EndedAt,
            run.MaxUnavailable,
            run.TopologyKey,
            Window = run.Window.ToList(),
            run.OnError,
            run.Completed,
            run.Failed,
            run.Deleted,
            run.Skipped,
            run.Remaining,
            Nodes = run.Nodes.Select(n => new
            {
                n.Node,
                n.NodeUid,
                n.Status,
                n.Batch,
                n.Group,
                n.WasCordoned,
                n.Error,
                n.Message,
                n.StartedAt,
                Seconds = n.Duration?.TotalSeconds,
                Steps = n.Steps.Select(s => new
                {
                    s.Name,
                    s.StartedAt,
                    s.EndedAt,
                    s.By,
                }),
                Output = n.Output.Select(o => o?.ToString()),
            }),
        };
}
