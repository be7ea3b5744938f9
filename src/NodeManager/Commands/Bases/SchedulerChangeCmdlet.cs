using System.Management.Automation;
using NodeManager.Completion;
using NodeManager.Parameters;
using NodeManager.Pipeline;
using NodeManager.Providers.Files;
using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerControl.Discovery;
using NodeManager.SchedulerControl.Plugins;
using NodeManager.SchedulerControl.Restarts;
using NodeManager.SchedulerControl.Revisions;

namespace NodeManager.Commands.Bases;

/// <summary>Changes configurations; in a cluster each is kept as a revision and brought into force by a restart.</summary>
public abstract class SchedulerChangeCmdlet : SchedulerCmdlet, IClusterChange
{
    private readonly PendingRestarts _restarts = new();

    /// <summary>The name of the protected cluster that may be changed.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

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

    /// <summary>Also what is not known, and what a scheduler would not start with.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Why; kept with the revision and the events.</summary>
    [Parameter(ParameterSetName = ClusterSet)]
    [ValidateNotNullOrEmpty]
    public string Reason { get; set; } = "";

    /// <summary>Write it, and leave the scheduler as it runs.</summary>
    [Parameter(ParameterSetName = ClusterSet)]
    public SwitchParameter NoRestart { get; set; }

    /// <summary>Leave things as they are when the scheduler does not start with it.</summary>
    [Parameter(ParameterSetName = ClusterSet)]
    public SwitchParameter NoRollback { get; set; }

    /// <summary>How long the new pods may take to be ready and lead.</summary>
    [Parameter(ParameterSetName = ClusterSet)]
    [Duration]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How many revisions are kept.</summary>
    [Parameter]
    [ValidateRange(2, 1000)]
    public int RevisionLimit { get; set; } = 10;

    /// <summary>What is known of the files; from Begin on.</summary>
    private protected SchedulerFileInput Files { get; private set; } = null!;

    private protected override void Begin()
    {
        Files = new(this, KubernetesVersion);
        DurationAttribute.RequireNotNegative(nameof(Timeout), Timeout);
    }

    private protected sealed override void Process()
    {
        if (Files.IsGiven)
            StartOnFiles(Files.Resolve(Path, LiteralPath, Fail), WorkAsync);
        else
            ProcessClusters();
    }

    /// <summary>What is done where no file is given.</summary>
    private protected virtual void ProcessClusters() => StartInClusters(WorkAsync);

    /// <summary>What is done with a file.</summary>
    private protected abstract Task WorkAsync(Worker worker, string file);

    /// <summary>What is done with a scheduler.</summary>
    private protected abstract Task WorkAsync(Worker worker, NodeManagerSession session, ClusterScheduler scheduler);

    /// <summary>A change of a file, by the command's parameters.</summary>
    private protected SchedulerFileChange FileChange(
        Worker worker,
        string file,
        string action,
        Func<SchedulerDocument, SchedulerDocument> edit
    ) =>
        new()
        {
            Edit = edit,
            Confirm = differences => worker.ShouldProcessLocallyAsync(file, $"{action} ({string.Join("; ", differences)})"),
            Warn = worker.Warning,
            Key = Key,
            Minor = Files.Minor,
            Catalog = Files.Catalog,
            Force = Force,
            RevisionLimit = RevisionLimit,
        };

    /// <summary>Changes a file, and says what came of it; null where nothing was written.</summary>
    private protected static async Task<SchedulerDocument?> ChangeFileAsync(Worker worker, string file, SchedulerFileChange change)
    {
        bool isDeclined = false;
        SchedulerDocument? changed = await SchedulerFiles.ChangeAsync(
            file,
            change with
            {
                Confirm = async differences =>
                {
                    bool isConfirmed = await change.Confirm(differences);
                    isDeclined = !isConfirmed;
                    return isConfirmed;
                },
            },
            worker.Token
        );
        if (changed is not null)
            worker.Verbose($"Wrote {file}. A scheduler reads its configuration at startup: restart it to apply the change.");
        else if (!isDeclined)
            worker.Verbose($"{file} already is as requested; nothing was written.");
        return changed;
    }

    /// <summary>Writes a change and restarts the scheduler; the document as it then is.</summary>
    /// <param name="worker">On whose behalf.</param>
    /// <param name="session">Where.</param>
    /// <param name="scheduler">Whose.</param>
    /// <param name="action">What it does, for ShouldProcess, the revision and the event.</param>
    /// <param name="edit">Makes the new text of the old one.</param>
    private protected async Task<SchedulerDocument> ChangeAsync(
        Worker worker,
        NodeManagerSession session,
        ClusterScheduler scheduler,
        string action,
        Func<string, string> edit
    )
    {
        bool restarts = !NoRestart && scheduler.Deployment.Length > 0;
        var change = new SchedulerChange
        {
            Edit = edit,
            Action = action,
            Reason = Reason,
            Force = Force,
            RevisionLimit = RevisionLimit,
            Minor = Files.Minor,
            Catalog = await PluginRegistry.CatalogAsync(session, worker.Token),
            Confirm = differences =>
                worker.ShouldProcessAsync(
                    session,
                    Title(session, scheduler),
                    $"{action} ({string.Join("; ", differences)}){(restarts ? " and restart" : "")}"
                ),
        };
        var restart = new SchedulerRestartRequest
        {
            Timeout = Timeout,
            NoRollback = NoRollback,
            Reason = Reason,
            RevisionLimit = RevisionLimit,
        };
        SchedulerUpdate update = await SchedulerUpdater.ChangeAsync(
            session,
            scheduler,
            change,
            restarts ? restart : null,
            _restarts,
            worker,
            worker.Token
        );
        if (update.Restart is { } ended)
            Report(worker, ended);
        else if (update.Change.IsWritten)
            worker.Warning(
                scheduler.Deployment.Length == 0
                    ? $"{scheduler.Source} is revision {update.Change.Revision} now; no Deployment mounts it, so nothing was restarted. A scheduler reads it when it starts."
                    : $"{scheduler.Source} now contains revision {update.Change.Revision}, which the scheduler does not run with. Apply it with Restart-Scheduler; a crash also applies it."
            );
        return update.Change.Document;
    }

    private static void Report(Worker worker, SchedulerRestartResult result)
    {
        worker.Verbose(result.Message);
        if (SchedulerFailures.Of(result) is { } failure)
            worker.Error(failure, result);
    }

    private protected override void WriteSummary()
    {
        foreach (string restart in _restarts.Interrupted)
            WriteHost(restart);
    }
}
