using System.Management.Automation;
using NodeManager.Pipeline;
using NodeManager.SchedulerControl.Discovery;

namespace NodeManager.Commands.Bases;

/// <summary>Reads scheduler configurations, each on its own: of schedulers in clusters, or in files.</summary>
public abstract class SchedulerFileCmdlet : SchedulerCmdlet
{
    /// <summary>Files with a configuration, or with a ConfigMap that holds one.</summary>
    [Parameter(
        Mandatory = true,
        ParameterSetName = SchedulerFileInput.PathSet,
        ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true
    )]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>The same without wildcards.</summary>
    [Parameter(Mandatory = true, ParameterSetName = SchedulerFileInput.LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP", "FullName")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>The scheduler's release, <c>1.36</c>, <c>v1.36.2</c>, or its image; without it that of the Deployment's image.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? KubernetesVersion { get; set; }

    /// <summary>What is known of the files; from Begin on.</summary>
    private protected SchedulerFileInput Files { get; private set; } = null!;

    private protected override void Begin() => Files = new(this, KubernetesVersion);

    private protected sealed override void Process()
    {
        if (Files.IsGiven)
            StartOnFiles(Files.Resolve(Path, LiteralPath, Fail), WorkAsync);
        else
            StartInClusters(WorkAsync);
    }

    /// <summary>What is done with a file.</summary>
    private protected abstract Task WorkAsync(Worker worker, string file);

    /// <summary>What is done with a scheduler.</summary>
    private protected abstract Task WorkAsync(Worker worker, NodeManagerSession session, ClusterScheduler scheduler);
}
