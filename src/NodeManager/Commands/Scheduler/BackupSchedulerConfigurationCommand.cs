using System.Security;
using NodeManager.Pipeline;
using NodeManager.Providers.Files;
using NodeManager.SchedulerControl.Discovery;
using NodeManager.SchedulerControl.Revisions;

namespace NodeManager.Commands;

/// <summary>Stores the current configuration as a revision unless it is stored already, and optionally in a file.</summary>
[Cmdlet(VerbsData.Backup, "SchedulerConfiguration", DefaultParameterSetName = ClusterSet, SupportsShouldProcess = true)]
[OutputType(typeof(SchedulerConfigurationBackup))]
public sealed class BackupSchedulerConfigurationCommand : SchedulerObjectCmdlet, IClusterChange
{
    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

    /// <summary>A file for the text; with several schedulers, a folder with a file for each.</summary>
    [Parameter]
    [Alias("Path")]
    [ValidateNotNullOrEmpty]
    public string? DestinationPath { get; set; }

    [Parameter]
    [ValidateNotNull]
    public SecureString? Passphrase { get; set; }

    /// <summary>Replace an existing file.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override bool TakesAll => true;

    private protected override void Begin()
    {
        if (Passphrase is not null && DestinationPath is null)
            throw new NodeManagerException(
                ErrorIds.Invalid,
                ErrorKind.InvalidArgument,
                "-Passphrase requires -DestinationPath: only files are encrypted.",
                null,
                "Name the file with -DestinationPath. Revisions in the cluster are protected by its roles."
            );
        DestinationPath = DestinationPath is null ? null : GetUnresolvedProviderPathFromPSPath(DestinationPath);
    }

    private protected override async Task WorkAsync(Worker worker, NodeManagerSession session, ClusterScheduler scheduler)
    {
        string? file =
            DestinationPath is null ? null
            : Directory.Exists(DestinationPath) ? Path.Combine(DestinationPath, SchedulerFiles.NameFor(session.Cluster, scheduler))
            : DestinationPath;
        await SchedulerBackups.CheckAsync(session, scheduler, worker, worker.Token);
        if (!await worker.ShouldProcessAsync(session, Title(session, scheduler), file is null ? "Back up" : $"Back up to '{file}'"))
            return;
        SchedulerConfigurationBackup backup = await SchedulerBackups.KeepAsync(session, scheduler, worker, worker.Token);
        if (file is not null)
            SchedulerFiles.Export(file, backup.Text, Passphrase, Force, worker.Token);
        worker.Output(backup);
    }
}
