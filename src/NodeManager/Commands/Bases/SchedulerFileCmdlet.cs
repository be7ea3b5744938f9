using System.Management.Automation;
using System.Management.Automation.Runspaces;
using NodeManager.Core.Scheduler.Discovery;
using NodeManager.Core.Scheduler.Plugins;
using NodeManager.Parameters;
using NodeManager.Pipeline;
using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.Sessions;

namespace NodeManager.Commands.Bases;

/// <summary>Works on scheduler configurations, each on its own: of schedulers in clusters, or in files.</summary>
public abstract class SchedulerFileCmdlet : SchedulerCmdlet
{
    private protected const string PathSet = "Path";
    private protected const string LiteralPathSet = "LiteralPath";

    private protected int? Minor { get; private set; }

    /// <summary>Files with a configuration, or with a ConfigMap that holds one.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PathSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>The same without wildcards.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP", "FullName")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>The scheduler's release, <c>1.36</c>, <c>v1.36.2</c>, or its image; without it that of the Deployment's image.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? KubernetesVersion { get; set; }

    /// <summary>The plugins that are known where files are worked on: ours, and those registered in the current session.</summary>
    private protected PluginCatalog FileCatalog { get; private set; } = PluginCatalog.Standard;

    /// <summary>The command works on files, not on schedulers of clusters.</summary>
    private protected bool IsOnFiles => ParameterSetName is PathSet or LiteralPathSet;

    private protected override void Begin()
    {
        FileCatalog = PluginRegistry.Catalog(SessionRegistry.Current(Runspace.DefaultRunspace));
        Minor = Release(KubernetesVersion);
        if (Session is not null && (IsBound(nameof(Path)) || IsBound(nameof(LiteralPath))))
            throw new NodeManagerException(
                ErrorIds.Invalid, ErrorKind.InvalidArgument, "-Path and -LiteralPath name files, -Session names clusters. They cannot be combined.", null,
                "Leave one of them out.");
    }

    private protected sealed override void Process()
    {
        if (!IsOnFiles)
            ProcessClusters();
        else
            foreach (string file in ResolvedFiles.Of(this, Path, LiteralPath, ErrorIds.SchedulerConfigurationNotFound, Fail))
                Start(file, worker => WorkAsync(worker, file));
    }

    /// <summary>What is done where no file is given.</summary>
    private protected virtual void ProcessClusters() => StartInClusters(WorkAsync);

    /// <summary>What is done with a file.</summary>
    private protected abstract Task WorkAsync(Worker worker, string file);

    /// <summary>What is done with a scheduler.</summary>
    private protected abstract Task WorkAsync(Worker worker, NodeManagerSession session, ClusterScheduler scheduler);

    private bool IsBound(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);
}
