using NodeManager.Pipeline;
using NodeManager.SchedulerControl.Discovery;

namespace NodeManager.Commands.Bases;

/// <summary>A cmdlet that reads scheduler configurations, of clusters or of files.</summary>
public abstract class SchedulerFileCmdlet : SchedulerCmdlet
{
    [Parameter(
        Mandatory = true,
        ParameterSetName = SchedulerFileInput.PathSet,
        ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true
    )]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = SchedulerFileInput.LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP", "FullName")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? KubernetesVersion { get; set; }

    /// <summary>Available from Begin on.</summary>
    private protected SchedulerFileInput Files { get; private set; } = null!;

    private protected override void Begin() => Files = new(this, KubernetesVersion);

    private protected sealed override void Process()
    {
        if (Files.IsGiven)
            StartOnFiles(Files.Resolve(Path, LiteralPath, Fail), WorkAsync);
        else
            StartInClusters(WorkAsync);
    }

    private protected abstract Task WorkAsync(Worker worker, string file);

    private protected abstract Task WorkAsync(Worker worker, NodeManagerSession session, ClusterScheduler scheduler);
}
