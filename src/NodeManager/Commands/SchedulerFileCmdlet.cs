using System.Collections.ObjectModel;
using System.Management.Automation;
using NodeManager.Core.Scheduler.Catalog;
using NodeManager.Pipeline;

namespace NodeManager.Commands;

/// <summary>Works on scheduler configurations in files, each on its own.</summary>
public abstract class SchedulerFileCmdlet : AsyncCmdlet
{
    private protected int? Minor { get; private set; }

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

    private protected override void Begin() => Minor = KubernetesVersion is null ? null : SchedulerApi.ParseRelease(KubernetesVersion);

    private protected sealed override void Process()
    {
        foreach (string pattern in Path)
            foreach (string file in Resolve(pattern))
                Start(file, worker => WorkAsync(worker, file));
    }

    /// <summary>What is done with a file.</summary>
    private protected abstract Task WorkAsync(Worker worker, string file);

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
