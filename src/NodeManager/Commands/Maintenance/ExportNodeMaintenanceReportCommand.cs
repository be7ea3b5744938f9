using System.Management.Automation;
using NodeManager.Core.Maintenance.ReportPages;
using NodeManager.Pipeline;

namespace NodeManager.Commands.Maintenance;

/// <summary>Writes maintenance runs as one HTML page, or as JSON.</summary>
[Cmdlet(VerbsData.Export, "NodeMaintenanceReport", SupportsShouldProcess = true)]
[OutputType(typeof(NodeMaintenanceRun))]
public sealed class ExportNodeMaintenanceReportCommand : AsyncCmdlet
{
    private readonly List<NodeMaintenanceRun> _runs = [];

    /// <summary>The file; JSON where its name ends in .json, else HTML.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [Alias("LiteralPath", "FilePath")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>Runs, from Get-NodeMaintenance or Invoke-NodeMaintenance -PassThru; all of them make one report.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    public NodeMaintenanceRun[] InputObject { get; set; } = [];

    /// <summary>Also over a read-only file.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Not over an existing file.</summary>
    [Parameter]
    [Alias("NoOverwrite")]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>Emit the runs.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Process()
    {
        _runs.AddRange(InputObject);
        if (!PassThru)
            return;
        foreach (NodeMaintenanceRun run in InputObject)
            WriteObject(run);
    }

    private protected override void End()
    {
        if (_runs.Count == 0)
            return;
        string file = GetUnresolvedProviderPathFromPSPath(Path);
        if (ShouldProcess(file, $"Write the report of {(_runs.Count == 1 ? "1 maintenance run" : $"{_runs.Count} maintenance runs")}"))
            Start(file, worker => Task.Run(() => MaintenanceReportFile.Write(file, _runs, TimeProvider.System.GetUtcNow(), Force, NoClobber, worker.Token), worker.Token));
    }
}
