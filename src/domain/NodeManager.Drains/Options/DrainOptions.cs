namespace NodeManager.Drains.Options;

/// <summary>How to drain. The defaults are kubectl's, save that DaemonSet pods are left alone without being asked.</summary>
public sealed record DrainOptions
{
    /// <summary>Evict unmanaged pods, which no controller recreates.</summary>
    public bool DeleteUnmanagedPods { get; init; }

    /// <summary>Evict pods with emptyDir volumes; their data is lost.</summary>
    public bool DeleteEmptyDirData { get; init; }

    /// <summary>Delete rather than evict: budgets are not asked.</summary>
    public bool DisableEviction { get; init; }

    /// <summary>Delete pods that a budget has refused for so long, one at a time; null: never.</summary>
    public TimeSpan? OverrideBudgetAfter { get; init; }

    /// <summary>With <see cref="OverrideBudgetAfter"/>: delete all such pods concurrently, without waiting for replacements.</summary>
    public bool OverrideBudgetConcurrently { get; init; }

    /// <summary>Remove with grace period 0 pods that are still there so long after their grace period ended; null: never.</summary>
    public TimeSpan? ForceStuck { get; init; }

    /// <summary>Only these pods (a label selector); null: all.</summary>
    public string? PodSelector { get; init; }

    /// <summary>What pods get to terminate; null: their own.</summary>
    public TimeSpan? GracePeriod { get; init; }

    /// <summary>For all of a node; null or zero: without end.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>True when the drain of a node is limited.</summary>
    public bool HasTimeout => Timeout > TimeSpan.Zero;

    /// <summary>True when pods that do not end are forced, or not waited for.</summary>
    internal bool LeavesStuckPods => ForceStuck is not null || SkipWaitForDeleteTimeout > TimeSpan.Zero;

    /// <summary>Do not wait for pods whose deletion is older than this; null or zero: wait for all.</summary>
    public TimeSpan? SkipWaitForDeleteTimeout { get; init; }

    /// <summary>How long to wait for the evicted pods' VolumeAttachments to go; null: up to the timeout of the drain, zero: no wait.</summary>
    public TimeSpan? VolumeDetachTimeout { get; init; }

    /// <summary>Let pods of Jobs that run end first, for so long; null: evict them as all others.</summary>
    public TimeSpan? WaitForJob { get; init; }

    /// <summary>Restart Deployments whose budget never lets a pod go, so that its successor is ready first.</summary>
    public bool Surge { get; init; }

    /// <summary>How long a restarted Deployment may take to have a pod replaced; null: as long as the drain has.</summary>
    public TimeSpan? SurgeTimeout { get; init; }

    /// <summary>Ask for each pod once, and leave those that are refused.</summary>
    public bool Once { get; init; }

    /// <summary>
    /// The first node that fails stops the others: those that this drain cordoned and of which no pod was evicted are uncordoned again, the rest
    /// stays cordoned.
    /// </summary>
    public bool StopAtFailure { get; init; }

    /// <summary>A node is drained only when the workloads of its pods have all desired replicas ready again.</summary>
    public bool WaitForReplacement { get; init; }

    /// <summary>Nodes and pods worked on concurrently.</summary>
    public int ThrottleLimit { get; init; } = 32;

    /// <summary>Pods that terminate concurrently (accepted by the server and not gone yet), over all nodes; null: no limit.</summary>
    public int? MaxParallelEvictions { get; init; }

    /// <summary>How pods are asked to go, see <see cref="NodeManager.EvictionApi"/>.</summary>
    public string EvictionApi { get; init; } = NodeManager.EvictionApi.Auto;

    /// <summary>Whether the lifecycle conditions of the node report the drain, see <see cref="ConditionUse"/>.</summary>
    public string Condition { get; init; } = ConditionUse.Auto;

    /// <summary>For plans: new nodes are added before the drain, so that a pod that fits on none of the present nodes can find room.</summary>
    public bool MeetsNewNodes { get; init; }

    /// <summary>Why, for the annotation and the events on the node.</summary>
    public string Reason { get; init; } = "";

    /// <summary>
    /// The same for nodes that were planned before, with a timeout where none is set: twice what the plans estimate and ten minutes more, or an
    /// hour where one has no estimate. What a plan calls drainable is not waited for without limit when the cluster has changed since.
    /// </summary>
    public DrainOptions For(IReadOnlyCollection<NodeDrainPlan> plans)
    {
        if (Timeout is not null || Once || plans.Count == 0)
            return this;
        return this with
        {
            Timeout = plans.Any(p => p.EstimatedDuration is null)
                ? TimeSpan.FromHours(1)
                : (2 * plans.Max(p => p.EstimatedDuration!.Value)) + TimeSpan.FromMinutes(10),
        };
    }

    /// <summary>What a plan keeps of these options.</summary>
    internal NodeDrainPlanOptions ToPlan() =>
        new()
        {
            DeleteUnmanagedPod = DeleteUnmanagedPods,
            DeleteEmptyDirData = DeleteEmptyDirData,
            DisableEviction = DisableEviction,
            Surge = Surge,
            PodSelector = PodSelector ?? "",
            GracePeriod = GracePeriod,
        };

    /// <summary>With what the session's configuration says where these options say nothing.</summary>
    public DrainOptions In(NodeManagerSession session) =>
        this with
        {
            Timeout = Timeout ?? session.Configuration.DrainTimeout,
            GracePeriod = GracePeriod ?? session.Configuration.DrainGracePeriod,
        };
}
