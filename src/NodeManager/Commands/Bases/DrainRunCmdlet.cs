using System.Management.Automation;
using NodeManager.Completion;
using NodeManager.Drains.Options;
using NodeManager.Parameters;

namespace NodeManager.Commands.Bases;

/// <summary>What running a drain takes beyond planning one, alone or as a part of a maintenance.</summary>
public abstract class DrainRunCmdlet : DrainCmdlet, IClusterChange
{
    /// <summary>The name of the protected cluster that may be changed.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

    /// <summary>For each node; without it, without end. The node stays cordoned then.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? Timeout { get; set; }

    /// <summary>Do not wait for pods whose deletion is older than this.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? SkipWaitForDeleteTimeout { get; set; }

    /// <summary>How long to wait until the evicted pods' volumes are detached; without it, as long as the drain has.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? VolumeDetachTimeout { get; set; }

    /// <summary>Why; noted on the node and in its events.</summary>
    [Parameter]
    [ValidateNotNull]
    public string Reason { get; set; } = "";

    /// <summary>Delete pods that a budget has refused for so long, one at a time; without it, never.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? OverrideBudgetAfter { get; set; }

    /// <summary>With <c>-OverrideBudgetAfter</c>, delete all such pods concurrently, without waiting for replacements.</summary>
    [Parameter]
    public SwitchParameter OverrideBudgetConcurrently { get; set; }

    /// <summary>Remove with grace period 0 pods that are stuck terminating for so long; without it, never.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? ForceStuck { get; set; }

    /// <summary>Refused: it could mean several parameters, and would bind to <c>-ForceStuck</c> by its prefix.</summary>
    [Parameter(DontShow = true)]
    public SwitchParameter Force { get; set; }

    /// <summary>Let pods of Jobs that run end first, for so long; without it, they are evicted as all others.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? WaitForJob { get; set; }

    /// <summary>Wait until the workloads of evicted pods have all desired replicas ready.</summary>
    [Parameter]
    public SwitchParameter WaitForReplacement { get; set; }

    /// <summary>How long a restarted Deployment may take to have a pod replaced; without it, as long as the drain has.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? SurgeTimeout { get; set; }

    /// <summary>How many pods may be terminating concurrently, over all nodes of a cluster; without it, no limit.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? MaxParallelEvictions { get; set; }

    /// <summary>How pods are asked to go: as always, by EvictionRequest, or by that only for pods that name responders.</summary>
    [Parameter]
    [ValidateSet(NodeManager.EvictionApi.Auto, NodeManager.EvictionApi.Eviction, NodeManager.EvictionApi.EvictionRequest)]
    public string EvictionApi { get; set; } = NodeManager.EvictionApi.Auto;

    /// <summary>Whether the lifecycle conditions of the nodes report it: from Kubernetes 1.37 on, always, or never.</summary>
    [Parameter]
    [ValidateSet(ConditionUse.Auto, ConditionUse.Always, ConditionUse.Never)]
    public string Condition { get; set; } = ConditionUse.Auto;

    private protected override DrainOptions Options =>
        base.Options with
        {
            Timeout = Timeout,
            SkipWaitForDeleteTimeout = SkipWaitForDeleteTimeout,
            VolumeDetachTimeout = VolumeDetachTimeout,
            Reason = Reason,
            SurgeTimeout = SurgeTimeout,
            WaitForJob = WaitForJob,
            WaitForReplacement = WaitForReplacement,
            OverrideBudgetAfter = OverrideBudgetAfter,
            OverrideBudgetConcurrently = OverrideBudgetConcurrently,
            ForceStuck = ForceStuck,
            MaxParallelEvictions = MaxParallelEvictions,
            Condition = Condition,
            EvictionApi = EvictionApi,
        };

    private protected override void Begin()
    {
        base.Begin();
        if (Force)
        {
            throw new NodeManagerException(
                ErrorIds.ForceAmbiguous,
                ErrorKind.InvalidArgument,
                $"{MyInvocation.MyCommand.Name} has no -Force: it could mean several things.",
                null,
                "To evict unmanaged pods, as kubectl drain --force does, use -DeleteUnmanagedPod. To delete pods despite their PDBs, use -OverrideBudgetAfter or -DisableEviction. "
                    + "To remove pods that are stuck terminating, use -ForceStuck. To skip the confirmation, use -Confirm:$false."
            );
        }

        DurationAttribute.RequireNotNegative(nameof(Timeout), Timeout);
        DurationAttribute.RequireNotNegative(nameof(SkipWaitForDeleteTimeout), SkipWaitForDeleteTimeout);
        DurationAttribute.RequireNotNegative(nameof(VolumeDetachTimeout), VolumeDetachTimeout);
        DurationAttribute.RequireNotNegative(nameof(OverrideBudgetAfter), OverrideBudgetAfter);
        DurationAttribute.RequireNotNegative(nameof(ForceStuck), ForceStuck);
        DurationAttribute.RequireNotNegative(nameof(WaitForJob), WaitForJob);
        DurationAttribute.RequireNotNegative(nameof(SurgeTimeout), SurgeTimeout);
    }
}
