using System.Collections.ObjectModel;
using System.Management.Automation;
using NodeManager.Core.Scheduler.Catalog;
using NodeManager.Core.Scheduler.Documents;
using NodeManager.Core.Scheduler.Files;
using NodeManager.Pipeline;

namespace NodeManager.Commands;

/// <summary>Looks at scheduler configurations in files, each on its own.</summary>
public abstract class SchedulerFileCmdlet : AsyncCmdlet
{
    private int? _minor;

    /// <summary>Files with a configuration, or with a ConfigMap that holds one.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName", "PSPath")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>The ConfigMap's key; without it the first that holds a configuration.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Key { get; set; }

    /// <summary>The scheduler's release: <c>1.36</c>, <c>v1.36.2</c>, or its image.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? KubernetesVersion { get; set; }

    private protected sealed override void Begin() => _minor = KubernetesVersion is null ? null : SchedulerApi.ParseRelease(KubernetesVersion);

    private protected sealed override void Process()
    {
        foreach (string pattern in Path)
            foreach (string file in Resolve(pattern))
                Start(file, async worker =>
                {
                    SchedulerManifest manifest = await SchedulerFiles.ReadAsync(file, Key, worker.Token);
                    foreach (object result in Look(manifest.Document, file, _minor))
                        worker.Output(result);
                });
    }

    /// <summary>What to emit of a configuration.</summary>
    private protected abstract IEnumerable<object> Look(SchedulerDocument document, string file, int? minor);

    private Collection<string> Resolve(string pattern)
    {
        try
        {
            return GetResolvedProviderPathFromPSPath(pattern, out _);
        }
        catch (ItemNotFoundException exception)
        {
            WriteError(ErrorRecords.From(
                new NodeManagerException(ErrorIds.SchedulerConfigurationNotFound, ErrorKind.ObjectNotFound,
                    $"There is no file '{pattern}'.", pattern, "Mind the current location.", exception),
                pattern));
            return [];
        }
    }
}
