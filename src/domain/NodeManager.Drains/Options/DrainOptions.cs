using System.ComponentModel.DataAnnotations;
using NodeManager.Core.Configuration;
using NodeManager.Core.Nodes.Commands;

namespace NodeManager.Drains.Options;

/// <summary>How to drain. The defaults are kubectl's, save that DaemonSet pods are left alone without being asked.</summary>
/// <remarks>
/// The parameters of the cmdlets, the fields of a NodeMaintenanceRequest and those of the REST API are read from these properties, see
/// <see cref="DrainOption"/>.
/// </remarks>
public sealed record DrainOptions
{
    /// <summary>Evict unmanaged pods, which no controller recreates.</summary>
    [DrainOption(Parameter = "DeleteUnmanagedPod")]
    public bool DeleteUnmanagedPods { get; init; }

    /// <summary>Evict pods with emptyDir volumes; their data is lost.</summary>
    public bool DeleteEmptyDirData { get; init; }

    /// <summary>Delete rather than evict: budgets are not asked.</summary>
    [DrainOption(Use = DrainOptionUse.Cmdlet)]
    public bool DisableEviction { get; init; }

    /// <summary>Delete pods that a budget has refused for so long, one at a time; null: never.</summary>
    [DrainOption(Use = DrainOptionUse.Cmdlet)]
    public TimeSpan? OverrideBudgetAfter { get; init; }

    /// <summary>With <see cref="OverrideBudgetAfter"/>: delete all such pods concurrently, without waiting for replacements.</summary>
    [DrainOption(Use = DrainOptionUse.Cmdlet)]
    public bool OverrideBudgetConcurrently { get; init; }

    /// <summary>Remove with grace period 0 pods that are still there so long after their grace period ended; null: never.</summary>
    [DrainOption(Use = DrainOptionUse.Cmdlet)]
    public TimeSpan? ForceStuck { get; init; }

    /// <summary>Only these pods (a label selector); null: all.</summary>
    [MaxLength(4096)]
    public string? PodSelector { get; init; }

    /// <summary>What pods get to terminate; null: their own.</summary>
    public TimeSpan? GracePeriod { get; init; }

    /// <summary>For all of a node; null or zero: without end.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>True when the drain of a node is limited.</summary>
    public bool HasTimeout => Timeout > TimeSpan.Zero;

    /// <summary>True when pods that do not end are forced, or not waited for.</summary>
    internal bool LeavesStuckPods => ForceStuck is not null || SkipWaitForDeleteTimeout > TimeSpan.Zero;

    /// <summary>True when pods may be deleted rather than evicted, which needs another permission.</summary>
    internal bool DeletesPods => DisableEviction || OverrideBudgetAfter is not null || ForceStuck is not null;

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
    [DrainOption(Use = DrainOptionUse.Code)]
    public bool StopAtFailure { get; init; }

    /// <summary>A node is drained only when the workloads of its pods have all desired replicas ready again.</summary>
    public bool WaitForReplacement { get; init; }

    /// <summary>Nodes and pods worked on concurrently.</summary>
    [Range(1, 1000)]
    public int ThrottleLimit { get; init; } = 32;

    /// <summary>Pods that terminate concurrently (accepted by the server and not gone yet), over all nodes; null: no limit.</summary>
    [Range(1, int.MaxValue)]
    public int? MaxParallelEvictions { get; init; }

    /// <summary>
    /// How many ready pods of a workload that no PDB covers may be unavailable at a time while several nodes are drained: a number, a percentage of
    /// its replicas, or <c>Off</c>; null: 25 %.
    /// </summary>
    [MaxLength(16)]
    [RegularExpression(UnavailablePods.Pattern, ErrorMessage = UnavailablePods.Values)]
    public string? WorkloadMaxUnavailable { get; init; }

    /// <summary>How long to wait for a replacement before more pods of such a workload are evicted; null: 2 minutes.</summary>
    public TimeSpan? WorkloadWait { get; init; }

    /// <summary>The drain is one of several of a run over several nodes.</summary>
    [DrainOption(Use = DrainOptionUse.Code)]
    public bool IsOfSeveral { get; init; }

    /// <summary>How pods are asked to go, see <see cref="NodeManager.EvictionApi"/>.</summary>
    [AllowedValues(NodeManager.EvictionApi.Auto, NodeManager.EvictionApi.Eviction, NodeManager.EvictionApi.EvictionRequest)]
    public string EvictionApi { get; init; } = NodeManager.EvictionApi.Auto;

    /// <summary>Whether the lifecycle conditions of the node report the drain, see <see cref="ConditionUse"/>.</summary>
    [AllowedValues(ConditionUse.Auto, ConditionUse.Always, ConditionUse.Never)]
    public string Condition { get; init; } = ConditionUse.Auto;

    /// <summary>For plans: new nodes are added before the drain, so that a pod that fits on none of the present nodes can find room.</summary>
    [DrainOption(Use = DrainOptionUse.Code)]
    public bool MeetsNewNodes { get; init; }

    /// <summary>Why, for the annotation and the events on the node.</summary>
    [DrainOption(Use = DrainOptionUse.Code)]
    public string Reason { get; init; } = "";

    /// <summary>True if workloads without a PDB stay available.</summary>
    internal bool LimitsWorkloads => IsOfSeveral && !DisableEviction && !UnavailablePods.IsOff(WorkloadMaxUnavailable);

    /// <summary>The same for a drain of so many nodes.</summary>
    internal DrainOptions Over(int nodes) => this with { IsOfSeveral = IsOfSeveral || nodes > 1 };

    /// <summary>What the drain of a node does, for a confirmation: "cordon it and evict its pods".</summary>
    public string Describe()
    {
        string text = $"cordon it and {(DisableEviction ? "delete its pods without respecting PodDisruptionBudgets" : "evict its pods")}";
        if (Surge && !DisableEviction)
            text += ", restart Deployments whose PDBs allow no eviction";
        if (OverrideBudgetAfter is { } timeout && !DisableEviction)
            text += $", and delete pods whose PDB still refuses after {HumanDuration.Format(timeout)}";
        if (ForceStuck is { } stuck)
            text += $", and force-delete pods that are stuck terminating for {HumanDuration.Format(stuck)}";
        return text;
    }

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
            WorkloadMaxUnavailable = WorkloadMaxUnavailable ?? session.Configuration.WorkloadMaxUnavailable,
            WorkloadWait = WorkloadWait ?? session.Configuration.WorkloadWait,
            CommandNamespace = NodeCommandAccess.NamespaceOf(session),
        };

    /// <summary>The namespace of pods that run commands on nodes. Not an option: <see cref="In"/> sets it.</summary>
    internal string CommandNamespace { get; private init; } = NodeCommandAccess.DefaultNamespace;
}
