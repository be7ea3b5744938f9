using System.Security;
using NodeManager.Pipeline;
using NodeManager.Providers.Files;
using NodeManager.SchedulerControl.Discovery;
using NodeManager.SchedulerControl.Revisions;

namespace NodeManager.Commands;

/// <summary>Restores a revision or a file. The replaced configuration is stored as a revision.</summary>
[Cmdlet(
    VerbsData.Restore,
    "SchedulerConfiguration",
    DefaultParameterSetName = ClusterSet,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High
)]
[OutputType(typeof(SchedulerConfiguration))]
public sealed class RestoreSchedulerConfigurationCommand : SchedulerChangeCmdlet
{
    private const string ObjectSet = "Object";

    [Parameter(ParameterSetName = ClusterSet, Position = 0)]
    [ValidateRange(1, long.MaxValue)]
    public long? Revision { get; set; }

    /// <summary>A file of Backup-SchedulerConfiguration, or any file with a configuration.</summary>
    [Parameter(ParameterSetName = ClusterSet)]
    [Parameter(Mandatory = true, ParameterSetName = SchedulerFileInput.PathSet)]
    [Parameter(Mandatory = true, ParameterSetName = SchedulerFileInput.LiteralPathSet)]
    [Alias("File")]
    [ValidateNotNullOrEmpty]
    public string? SourcePath { get; set; }

    [Parameter(ParameterSetName = ClusterSet)]
    [Parameter(ParameterSetName = SchedulerFileInput.PathSet)]
    [Parameter(ParameterSetName = SchedulerFileInput.LiteralPathSet)]
    [ValidateNotNull]
    public SecureString? Passphrase { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = ObjectSet, ValueFromPipeline = true)]
    [SchedulerRows(Backups = true)]
    [ValidateNotNull]
    public SchedulerConfigurationBackup? InputObject { get; set; }

    [Parameter(ParameterSetName = ClusterSet)]
    [Parameter(ParameterSetName = ObjectSet)]
    public SwitchParameter PassThru { get; set; }

    private protected override void Begin()
    {
        base.Begin();
        if (ParameterSetName == ClusterSet && Revision is null == SourcePath is null)
            throw new NodeManagerException(
                ErrorIds.Invalid,
                ErrorKind.InvalidArgument,
                "Either -Revision or -SourcePath is required.",
                null,
                "List the revisions with Get-SchedulerConfigurationBackup."
            );
        SourcePath = SourcePath is null ? null : GetUnresolvedProviderPathFromPSPath(SourcePath);
    }

    private protected override void ProcessClusters()
    {
        if (InputObject is { } backup)
            StartFor(backup, (worker, session, scheduler) => RestoreAsync(worker, session, scheduler, Title(backup.Revision), backup.Text));
        else
            base.ProcessClusters();
    }

    private protected override async Task WorkAsync(Worker worker, string file)
    {
        string text = await TextOfFileAsync(worker);
        await ChangeFileAsync(worker, file, FileChange(worker, file, FileAction, SchedulerFileChange.Replacement(text)));
    }

    private protected override async Task WorkAsync(Worker worker, NodeManagerSession session, ClusterScheduler scheduler)
    {
        if (Revision is { } number)
            await RestoreAsync(
                worker,
                session,
                scheduler,
                Title(number),
                (await SchedulerBackups.FindAsync(session, scheduler, number, worker.Token)).Text
            );
        else
            await RestoreAsync(worker, session, scheduler, FileAction, await TextOfFileAsync(worker));
    }

    private string FileAction => $"Restore {System.IO.Path.GetFileName(SourcePath)}";

    private static string Title(long? revision) => $"Restore revision {revision}";

    private async Task RestoreAsync(Worker worker, NodeManagerSession session, ClusterScheduler scheduler, string action, string text)
    {
        await ChangeAsync(worker, session, scheduler, action, _ => text, isReplacement: true);
        if (PassThru)
            worker.Output(await SchedulerConfigurationReader.ReadAsync(session, scheduler, worker, worker.Token));
    }

    private async Task<string> TextOfFileAsync(Worker worker) =>
        (await SchedulerFiles.ReadAsync(SourcePath!, null, Passphrase, worker.Token)).Document.Text;
}
