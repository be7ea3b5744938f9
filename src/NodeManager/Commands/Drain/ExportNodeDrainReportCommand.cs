using NodeManager.Providers.Reports;

namespace NodeManager.Commands;

/// <summary>Writes drain results as an HTML page with a timeline.</summary>
[Cmdlet(VerbsData.Export, "NodeDrainReport", SupportsShouldProcess = true)]
[OutputType(typeof(NodeDrainResult))]
public sealed class ExportNodeDrainReportCommand : ReportCmdlet<NodeDrainResult>
{
    private protected override string Noun => "drain";

    private protected override void Write(
        string file,
        IReadOnlyList<NodeDrainResult> reported,
        DateTimeOffset at,
        CancellationToken cancellationToken
    ) => DrainReportFile.Write(file, reported, at, Force, NoClobber, cancellationToken);
}
