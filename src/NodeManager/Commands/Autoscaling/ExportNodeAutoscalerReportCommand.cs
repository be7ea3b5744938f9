using NodeManager.Providers.Reports;

namespace NodeManager.Commands;

/// <summary>Writes measurements of autoscalers as one HTML page with plots.</summary>
[Cmdlet(VerbsData.Export, "NodeAutoscalerReport", SupportsShouldProcess = true)]
[OutputType(typeof(NodeAutoscalerMeasurement))]
public sealed class ExportNodeAutoscalerReportCommand : ReportCmdlet<NodeAutoscalerMeasurement>
{
    private protected override string Noun => "measurement";

    private protected override void Write(
        string file,
        IReadOnlyList<NodeAutoscalerMeasurement> reported,
        DateTimeOffset at,
        CancellationToken cancellationToken
    ) => AutoscalerReportPage.Write(file, reported, at, Force, NoClobber, cancellationToken);
}
