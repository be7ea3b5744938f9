using System.Management.Automation;
using NodeManager.Core.Drain.ReportPages;
using NodeManager.Pipeline;

namespace NodeManager.Commands.Drain;

/// <summary>Writes drains as one HTML page, with the timeline drawn.</summary>
[Cmdlet(VerbsData.Export, "NodeDrainReport", SupportsShouldProcess = true)]
[OutputType(typeof(NodeDrainResult))]
public sealed class ExportNodeDrainReportCommand : AsyncCmdlet
{
    private readonly List<NodeDrainResult> _results = [];

    /// <summary>The file.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [Alias("LiteralPath", "FilePath")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>What Invoke-NodeDrain gave; all of them make one page.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    public NodeDrainResult[] InputObject { get; set; } = [];

    /// <summary>Also over a file that may only be read.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Not over a file that is there.</summary>
    [Parameter]
    [Alias("NoOverwrite")]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>Hand the results on.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Process()
    {
        _results.AddRange(InputObject);
        if (!PassThru)
            return;
        foreach (NodeDrainResult result in InputObject)
            WriteObject(result);
    }

    private protected override void End()
    {
        if (_results.Count == 0)
            return;
        string file = GetUnresolvedProviderPathFromPSPath(Path);
        if (ShouldProcess(file, $"Write the report of {(_results.Count == 1 ? "1 drain" : $"{_results.Count} drains")}"))
            Start(file, worker => Task.Run(() => DrainReportFile.Write(file, _results, TimeProvider.System.GetUtcNow(), Force, NoClobber, worker.Token), worker.Token));
    }
}
