using System.Text.Json;

namespace NodeManager.Providers.Reports;

/// <summary>Puts the report of maintenance runs into a file: all of it or nothing.</summary>
public static class MaintenanceReportFile
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Writes JSON where the file's name ends in <c>.json</c>, else HTML.</summary>
    /// <param name="path">The file, in full.</param>
    /// <param name="runs">At least one.</param>
    /// <param name="writtenAt">Now, for the page's foot.</param>
    /// <param name="force">Also over a read-only file.</param>
    /// <param name="noClobber">Not over an existing file.</param>
    /// <param name="cancellationToken">Gives up; what was there stays.</param>
    /// <exception cref="NodeManagerException">ReportExists, ReportNotWritten.</exception>
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
