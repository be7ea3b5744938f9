using NodeManager.Pipeline;
using NodeManager.SchedulerControl.Discovery;
using NodeManager.SchedulerControl.Revisions;

namespace NodeManager.Commands;

/// <summary>Reads the configurations of schedulers, with the current revision and the one that the pods run with.</summary>
[Cmdlet(VerbsCommon.Get, "SchedulerConfiguration", DefaultParameterSetName = ClusterSet)]
[OutputType(typeof(SchedulerConfiguration))]
public sealed class GetSchedulerConfigurationCommand : SchedulerObjectCmdlet
{
    private protected override bool TakesAll => true;

    private protected override async Task WorkAsync(Worker worker, NodeManagerSession session, ClusterScheduler scheduler) =>
        worker.Output(await SchedulerConfigurationReader.ReadAsync(session, scheduler, worker, worker.Token));
}
