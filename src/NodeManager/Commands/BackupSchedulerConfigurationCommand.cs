using System.Management.Automation;
using System.Security;
using NodeManager.Core.Scheduler.Files;
using NodeManager.Core.Scheduler.Live;
using NodeManager.Pipeline;

namespace NodeManager.Commands;

/// <summary>Keeps the configuration in force as a revision, if it is not kept yet, and writes it to a file where one is named.</summary>
[Cmdlet(VerbsData.Backup, "SchedulerConfiguration", DefaultParameterSetName = ClusterSet, SupportsShouldProcess = true)]
[OutputType(typeof(SchedulerConfigurationBackup))]
public sealed class BackupSchedulerConfigurationCommand : SchedulerObjectCmdlet
{
    /// <summary>A file for the text; with several schedulers a folder, where each gets a file of its own.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>Encrypts the file.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString? Passphrase { get; set; }

    /// <summary>Replace a file that is there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override bool TakesAll => true;

    private protected override void Begin()
    {
        if (Passphrase is not null && Path is null)
            throw new NodeManagerException(
                ErrorIds.Invalid, ErrorKind.InvalidArgument, "-Passphrase encrypts a file, and no -Path names one.", null,
                "Name the file with -Path. Revisions in the cluster are protected by its roles.");
        Path = Path is null ? null : GetUnresolvedProviderPathFromPSPath(Path);
    }

    private protected override async Task WorkAsync(Worker worker, NodeManagerSession session, ClusterScheduler scheduler)
    {
        string? file = Path is null ? null : Directory.Exists(Path)
            ? System.IO.Path.Combine(Path, SchedulerFiles.NameFor(session.Cluster, scheduler))
            : Path;
        if (!await worker.ShouldProcessAsync(Title(session, scheduler), file is null ? "Back up" : $"Back up to '{file}'"))
            return;
        SchedulerConfigurationBackup backup = await SchedulerBackups.KeepAsync(session, scheduler, worker, worker.Token);
        if (file is not null)
            await SchedulerFiles.ExportAsync(file, backup.Text, Passphrase, Force, worker.Token);
        worker.Output(backup);
    }
}
