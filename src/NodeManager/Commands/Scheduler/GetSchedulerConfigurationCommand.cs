using System.Management.Automation;
using NodeManager.Commands.Bases;
using NodeManager.Pipeline;
using NodeManager.SchedulerControl.Discovery;
using NodeManager.SchedulerControl.Revisions;

namespace NodeManager.Commands;

/// <summary>The configurations of a cluster's schedulers, with the revision that they are and the one that the pods run with.</summary>
[Cmdlet(VerbsCommon.Get, "SchedulerConfiguration", DefaultParameterSetName = ClusterSet)]
[OutputType(typeof(SchedulerConfiguration))]
public sealed class GetSchedulerConfigurationCommand : SchedulerObjectCmdlet
{
    private protected override bool TakesAll => true;

    private protected override async Task WorkAsync(Worker worker, NodeManagerSession session, ClusterScheduler scheduler) =>
        worker.Output(await SchedulerConfigurationReader.ReadAsync(session, scheduler, worker, worker.Token));
}
