using NodeManager.Providers.Reports;

namespace NodeManager.Commands.Bases;

/// <summary>Writes all piped objects as one report.</summary>
public abstract class ReportCmdlet<T> : AsyncCmdlet, ILocalChange
    where T : class
{
    private readonly List<T> _reported = [];

    [Parameter(Mandatory = true, Position = 0)]
    [Alias("LiteralPath", "FilePath")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    public T[] InputObject { get; set; } = [];

    [Parameter]
    public SwitchParameter Force { get; set; }

    [Parameter]
    [Alias("NoOverwrite")]
    public SwitchParameter NoClobber { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>The singular of the objects, for ShouldProcess: <c>drain</c>.</summary>
    private protected abstract string Noun { get; }

    /// <summary>A file extension supported in addition to HTML.</summary>
    private protected virtual string OtherExtension => "";

    private protected abstract void Write(string file, IReadOnlyList<T> reported, DateTimeOffset at, CancellationToken cancellationToken);

    private protected sealed override void Begin() => DrainReportFile.RequireFormat(Path, OtherExtension);

    private protected sealed override void Process()
    {
        _reported.AddRange(InputObject);
        if (!PassThru)
            return;
        foreach (T one in InputObject)
            WriteObject(one);
    }

    private protected sealed override void End()
    {
        if (_reported.Count == 0)
            return;
        string file = GetUnresolvedProviderPathFromPSPath(Path);
        if (ShouldProcessLocally(file, $"Write the report of {(_reported.Count == 1 ? $"1 {Noun}" : $"{_reported.Count} {Noun}s")}"))
            Start(file, worker => Task.Run(() => Write(file, _reported, TimeProvider.System.GetUtcNow(), worker.Token), worker.Token));
    }
}
