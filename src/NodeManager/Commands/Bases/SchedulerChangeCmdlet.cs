using NodeManager.Pipeline;
using NodeManager.Providers.Files;
using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerControl.Discovery;
using NodeManager.SchedulerControl.Plugins;
using NodeManager.SchedulerControl.Restarts;
using NodeManager.SchedulerControl.Revisions;

namespace NodeManager.Commands.Bases;

/// <summary>A cmdlet that changes configurations; in a cluster, each change is stored as a revision and applied by a restart.</summary>
public abstract class SchedulerChangeCmdlet : SchedulerCmdlet, IClusterChange
{
    private readonly PendingRestarts _restarts = new();

    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

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

    /// <summary>Also accept unknown plugins, and a configuration that a scheduler would not start with.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Stored with the revision and in the events.</summary>
    [Parameter(ParameterSetName = ClusterSet)]
    [ValidateNotNullOrEmpty]
    public string Reason { get; set; } = "";

    /// <summary>Write the configuration without restarting the scheduler.</summary>
    [Parameter(ParameterSetName = ClusterSet)]
    public SwitchParameter NoRestart { get; set; }

    /// <summary>Keep the configuration even if the scheduler does not start with it.</summary>
    [Parameter(ParameterSetName = ClusterSet)]
    public SwitchParameter NoRollback { get; set; }

    /// <summary>How long the new pods may take to become ready and lead.</summary>
    [Parameter(ParameterSetName = ClusterSet)]
    [Duration]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(5);

    [Parameter]
    [ValidateRange(2, 1000)]
    public int RevisionLimit { get; set; } = 10;

    /// <summary>Available from Begin on.</summary>
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

    /// <summary>Runs without files.</summary>
    private protected virtual void ProcessClusters() => StartInClusters(WorkAsync);

    private protected abstract Task WorkAsync(Worker worker, string file);

    private protected abstract Task WorkAsync(Worker worker, NodeManagerSession session, ClusterScheduler scheduler);

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

    /// <summary>Changes a file and reports the result; null where nothing was written.</summary>
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

    /// <summary>Writes a change and restarts the scheduler. Returns the new document.</summary>
    /// <param name="action">For ShouldProcess, the revision and the event.</param>
    /// <param name="edit">Edits the text.</param>
    /// <param name="isReplacement">True if the edit ignores the current text.</param>
    private protected async Task<SchedulerDocument> ChangeAsync(
        Worker worker,
        NodeManagerSession session,
        ClusterScheduler scheduler,
        string action,
        Func<string, string> edit,
        bool isReplacement = false
    )
    {
        bool restarts = !NoRestart && scheduler.Deployment.Length > 0;
        var change = new SchedulerChange
        {
            Edit = edit,
            IsReplacement = isReplacement,
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
