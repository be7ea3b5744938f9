using NodeManager.Providers.Reports;

namespace NodeManager.Commands;

/// <summary>Writes maintenance runs as one report: JSON for a file name that ends in .json, else HTML.</summary>
[Cmdlet(VerbsData.Export, "NodeMaintenanceReport", SupportsShouldProcess = true)]
[OutputType(typeof(NodeMaintenanceRun))]
public sealed class ExportNodeMaintenanceReportCommand : ReportCmdlet<NodeMaintenanceRun>
{
    private protected override string Noun => "maintenance run";

    private protected override string OtherExtension => ".json";

    private protected override void Write(
        string file,
        IReadOnlyList<NodeMaintenanceRun> reported,
        DateTimeOffset at,
        CancellationToken cancellationToken
    ) => MaintenanceReportFile.Write(file, reported, at, Force, NoClobber, cancellationToken);
}
