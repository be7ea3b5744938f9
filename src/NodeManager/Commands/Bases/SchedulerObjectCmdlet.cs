using NodeManager.Pipeline;
using NodeManager.SchedulerControl.Discovery;

namespace NodeManager.Commands.Bases;

/// <summary>A cmdlet that works on schedulers of clusters, selected by parameters or by pipeline input.</summary>
public abstract class SchedulerObjectCmdlet : SchedulerCmdlet
{
    private protected const string ObjectSet = "Object";

    /// <summary>A scheduler's configuration, backup, restart result or finding.</summary>
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

    private protected abstract Task WorkAsync(Worker worker, NodeManagerSession session, ClusterScheduler scheduler);
}
