using System.Management.Automation;
using NodeManager.Parameters;
using NodeManager.Providers.Reports;

namespace NodeManager.Commands.Bases;

/// <summary>Writes all objects that are piped as one report.</summary>
/// <typeparam name="T">What is reported.</typeparam>
public abstract class ReportCmdlet<T> : AsyncCmdlet, ILocalChange
    where T : class
{
    private readonly List<T> _reported = [];

    /// <summary>The file to write.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [Alias("LiteralPath", "FilePath")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>The objects to report; all of them make one report.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    public T[] InputObject { get; set; } = [];

    /// <summary>Overwrite a read-only file.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Do not overwrite an existing file.</summary>
    [Parameter]
    [Alias("NoOverwrite")]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>Emit the objects.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>One of the objects, for ShouldProcess: <c>drain</c>.</summary>
    private protected abstract string Noun { get; }

    /// <summary>An extension beside those of HTML.</summary>
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
