using NodeManager.Pipeline;
using NodeManager.SchedulerControl.Discovery;
using NodeManager.SchedulerControl.Revisions;

namespace NodeManager.Commands;

/// <summary>Lists stored configurations with author, time, reason and changes, newest first.</summary>
[Cmdlet(VerbsCommon.Get, "SchedulerConfigurationBackup", DefaultParameterSetName = ClusterSet)]
[OutputType(typeof(SchedulerConfigurationBackup))]
public sealed class GetSchedulerConfigurationBackupCommand : SchedulerObjectCmdlet
{
    [Parameter(Position = 0)]
    [ValidateRange(1, long.MaxValue)]
    public long[] Revision { get; set; } = [];

    private protected override bool TakesAll => true;

    private protected override async Task WorkAsync(Worker worker, NodeManagerSession session, ClusterScheduler scheduler)
    {
        if (Revision.Length == 0)
            foreach (SchedulerConfigurationBackup backup in await SchedulerBackups.ListAsync(session, scheduler, worker.Token))
                worker.Output(backup);
        foreach (long revision in Revision)
            worker.Output(await SchedulerBackups.FindAsync(session, scheduler, revision, worker.Token));
    }
}
