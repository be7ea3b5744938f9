using NodeManager.Pipeline;
using NodeManager.SchedulerControl.Discovery;
using NodeManager.SchedulerControl.Health;

namespace NodeManager.Commands;

/// <summary>Tests schedulers; emits an object per check.</summary>
[Cmdlet(VerbsDiagnostic.Test, "SchedulerHealth", DefaultParameterSetName = ClusterSet)]
[OutputType(typeof(SchedulerHealthFinding))]
public sealed class TestSchedulerHealthCommand : SchedulerObjectCmdlet
{
    private protected override bool TakesAll => true;

    private protected override async Task WorkAsync(Worker worker, NodeManagerSession session, ClusterScheduler scheduler)
    {
        foreach (SchedulerHealthFinding finding in await SchedulerHealth.CheckAsync(session, scheduler, worker.Token))
            worker.Output(finding);
    }
}
