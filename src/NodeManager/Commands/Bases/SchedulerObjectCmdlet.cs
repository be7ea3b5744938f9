using System.Management.Automation;
using NodeManager.Parameters;
using NodeManager.Pipeline;
using NodeManager.SchedulerControl.Discovery;

namespace NodeManager.Commands.Bases;

/// <summary>Works on schedulers of clusters: those that are chosen, or that what is piped is about.</summary>
public abstract class SchedulerObjectCmdlet : SchedulerCmdlet
{
    private protected const string ObjectSet = "Object";

    /// <summary>What is about a scheduler: its configuration, a backup, a restart's result, a finding.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ObjectSet, ValueFromPipeline = true)]
    [SchedulerRows]
    [ValidateNotNull]
    public SchedulerObject? InputObject { get; set; }

    private protected sealed override void Process()
    {
        if (InputObject is not null)
            StartFor(InputObject, WorkAsync);
        else
            StartInClusters(WorkAsync);
    }

    /// <summary>What is done with a scheduler.</summary>
    private protected abstract Task WorkAsync(Worker worker, NodeManagerSession session, ClusterScheduler scheduler);
}
