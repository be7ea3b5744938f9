using NodeManager.Drains.Options;

namespace NodeManager.Commands.Bases;

/// <summary>Options of running a drain, alone or as a part of a maintenance.</summary>
public abstract class DrainRunCmdlet : DrainCmdlet, IClusterChange
{
    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

    /// <summary>Per node; by default, no limit. On a timeout, the node stays cordoned.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? Timeout { get; set; }

    /// <summary>Do not wait for pods that have been terminating for longer than this.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? SkipWaitForDeleteTimeout { get; set; }

    /// <summary>How long to wait for the volumes of evicted pods to detach; by default, the drain's own timeout.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? VolumeDetachTimeout { get; set; }

    /// <summary>Recorded on the node and in its events.</summary>
    [Parameter]
    [ValidateNotNull]
    public string Reason { get; set; } = "";

    /// <summary>Delete pods after their PDB has refused eviction for this long, one at a time; by default, never.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? OverrideBudgetAfter { get; set; }

    /// <summary>With <c>-OverrideBudgetAfter</c>, delete all such pods concurrently, without waiting for replacements.</summary>
    [Parameter]
    public SwitchParameter OverrideBudgetConcurrently { get; set; }

    /// <summary>Force-delete pods that have been terminating for this long; by default, never.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? ForceStuck { get; set; }

    /// <summary>Refused: the prefix would otherwise bind to <c>-ForceStuck</c>.</summary>
    [Parameter(DontShow = true)]
    public SwitchParameter Force { get; set; }

    /// <summary>Let pods of active Jobs complete for this long before eviction; by default, they are evicted as all others.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? WaitForJob { get; set; }

    [Parameter]
    public SwitchParameter WaitForReplacement { get; set; }

    /// <summary>How long a restarted Deployment may take to replace a pod; by default, the drain's own timeout.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? SurgeTimeout { get; set; }

    /// <summary>Terminating pods, over all nodes of a cluster; by default, no limit.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? MaxParallelEvictions { get; set; }

    /// <summary>
    /// Ready pods of a workload without a PDB that may be unavailable while several nodes are drained: a number, a percentage, or Off; by default,
    /// 25%.
    /// </summary>
    [Parameter]
    [ArgumentCompleter(typeof(UnavailablePodsCompleter))]
    [ValidateNotNullOrEmpty]
    public string? WorkloadMaxUnavailable { get; set; }

    /// <summary>How long to wait for a replacement before more pods of such a workload are evicted; by default, 2 minutes.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? WorkloadWait { get; set; }

    /// <summary>Selects the Eviction API, EvictionRequests, or EvictionRequests only for pods that name responders.</summary>
    [Parameter]
    [ValidateSet(NodeManager.EvictionApi.Auto, NodeManager.EvictionApi.Eviction, NodeManager.EvictionApi.EvictionRequest)]
    public string EvictionApi { get; set; } = NodeManager.EvictionApi.Auto;

    /// <summary>Whether to set lifecycle conditions on nodes: from Kubernetes 1.37 on, always, or never.</summary>
    [Parameter]
    [ValidateSet(ConditionUse.Auto, ConditionUse.Always, ConditionUse.Never)]
    public string Condition { get; set; } = ConditionUse.Auto;

    private protected override DrainOptions Options => base.Options with { Reason = Reason };

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
    }

    /// <summary>Refuses what a server that works for a caller does not take.</summary>
    /// <param name="others">Whether each other parameter was given, and its name.</param>
    private protected void RefuseDetached(params IEnumerable<(bool IsGiven, string Name)> others)
    {
        DrainOptions options = Options;
        Detachment.Refuse([
            .. others,
            .. DrainOption
                .All.Where(static option => option.Use == DrainOptionUse.Cmdlet)
                .Select(option => (option.IsSet(options), option.Parameter)),
        ]);
    }
}
