namespace NodeManager;

/// <summary>
/// Why the autoscaler decides as it does. A pod, a node or a pool has exactly one of these, with a sentence in <c>Message</c>.
/// Strings instead of an enum: see <see cref="NodeStatus"/>.
/// </summary>
public abstract class AutoscalerReason
{
    private protected AutoscalerReason() { }

    // Pods that get a place.

    /// <summary>The pod fits on a node that exists.</summary>
    public const string ExistingNode = nameof(ExistingNode);

    /// <summary>The pod fits on a machine that a claim is already making.</summary>
    public const string ClaimInFlight = nameof(ClaimInFlight);

    /// <summary>The pod gets a new machine.</summary>
    public const string NewMachine = nameof(NewMachine);

    // Pods that autoscaling does not concern.

    /// <summary>The pod belongs to a DaemonSet.</summary>
    public const string DaemonSetPod = nameof(DaemonSetPod);

    /// <summary>The pod is the mirror of a static pod.</summary>
    public const string MirrorPod = nameof(MirrorPod);

    /// <summary>A scheduling gate holds the pod back.</summary>
    public const string SchedulingGate = nameof(SchedulingGate);

    /// <summary>The pod is terminating.</summary>
    public const string Terminating = nameof(Terminating);

    /// <summary>The pod runs, or has completed.</summary>
    public const string Scheduled = nameof(Scheduled);

    /// <summary>Preemption has found a node for the pod (<c>status.nominatedNodeName</c>).</summary>
    public const string Nominated = nameof(Nominated);

    /// <summary>The scheduler has not yet found the pod to be unschedulable.</summary>
    public const string NotYetJudged = nameof(NotYetJudged);

    /// <summary>
    /// A PersistentVolumeClaim of the pod is missing, unbound, being deleted or in use by another pod; no machine would help.
    /// </summary>
    public const string VolumeClaim = nameof(VolumeClaim);

    /// <summary>The priority of the pod is so low that it gets no machine and keeps no node.</summary>
    public const string Expendable = nameof(Expendable);

    // Pods that wait.

    /// <summary>The demand, or the idleness, has not lasted for the stabilization window.</summary>
    public const string Stabilizing = nameof(Stabilizing);

    /// <summary>The pod asks for devices by ResourceClaims, which cannot be planned for.</summary>
    public const string ResourceClaims = nameof(ResourceClaims);

    /// <summary>No control plane names a pool, or every pool is being deleted.</summary>
    public const string NoPool = nameof(NoPool);

    /// <summary>A taint of the pool is not tolerated.</summary>
    public const string Taint = nameof(Taint);

    /// <summary>The node selector or the node affinity asks for labels that the pool's nodes do not have.</summary>
    public const string NodeAffinity = nameof(NodeAffinity);

    /// <summary>No machine of the pool is large enough.</summary>
    public const string TooLarge = nameof(TooLarge);

    /// <summary>The pod requests a resource, such as <c>nvidia.com/gpu</c>, that no machine of a pool has.</summary>
    public const string MissingResource = nameof(MissingResource);

    /// <summary>A volume, or the pod itself, is bound to a zone in which the pool cannot make machines.</summary>
    public const string Zone = nameof(Zone);

    /// <summary>Affinity or anti-affinity between pods cannot be met on a new machine.</summary>
    public const string PodAffinity = nameof(PodAffinity);

    /// <summary>A topology spread constraint cannot be met on a new machine.</summary>
    public const string TopologySpread = nameof(TopologySpread);

    /// <summary>The pool has its maximum number of nodes.</summary>
    public const string NodeLimit = nameof(NodeLimit);

    /// <summary>The pool would exceed its CPU limit.</summary>
    public const string CpuLimit = nameof(CpuLimit);

    /// <summary>The pool would exceed its memory limit.</summary>
    public const string MemoryLimit = nameof(MemoryLimit);

    /// <summary>The provider has no machine left.</summary>
    public const string ProviderCapacity = nameof(ProviderCapacity);

    /// <summary>The claim that was made for it has failed.</summary>
    public const string ClaimFailed = nameof(ClaimFailed);

    /// <summary>The API server refuses new claims of the pool, for example because of a quota or an admission policy.</summary>
    public const string ClaimRefused = nameof(ClaimRefused);

    /// <summary>A machine was created for pods of this specification and differs from the plan, so that they do not fit on it. No further machine is created for them.</summary>
    public const string NotAsPlanned = nameof(NotAsPlanned);

    // Machines that are created without a pod.

    /// <summary>The pool has fewer nodes than <c>minNodes</c>, or would.</summary>
    public const string MinNodes = nameof(MinNodes);

    /// <summary>The pool has fewer nodes than <c>nodeCount</c>, or would.</summary>
    public const string NodeCount = nameof(NodeCount);

    /// <summary>The room that the pool's <c>headroom</c> or a CapacityBuffer keeps free.</summary>
    public const string Headroom = nameof(Headroom);

    /// <summary>More than <c>scaleUpThreshold</c> of the nodes' CPU or memory is requested or used (enableAutoScaling).</summary>
    public const string AboveThreshold = nameof(AboveThreshold);

    // Nodes.

    /// <summary>As much of the node as <c>scaleDownThreshold</c> or more is requested or used (enableAutoScaling).</summary>
    public const string NotBelowThreshold = nameof(NotBelowThreshold);

    /// <summary>Without the node the others would be too close to <c>scaleUpThreshold</c> (enableAutoScaling).</summary>
    public const string OthersTooFull = nameof(OthersTooFull);

    /// <summary>Only DaemonSet-managed, mirror and completed pods are left on the node.</summary>
    public const string Empty = nameof(Empty);

    /// <summary>The node's pods fit elsewhere.</summary>
    public const string Underutilized = nameof(Underutilized);

    /// <summary>The machine differs from the template of its pool, and is removed or replaced (<c>scaleDown.replaceDrifted</c>).</summary>
    public const string Drifted = nameof(Drifted);

    /// <summary>The machine is older than <c>scaleDown.expireAfter</c>, and is removed or replaced.</summary>
    public const string Expired = nameof(Expired);

    /// <summary>The node replaces others, and is kept until they are gone.</summary>
    public const string Replacing = nameof(Replacing);

    /// <summary>The node has pods, and consolidation is off.</summary>
    public const string ConsolidationDisabled = nameof(ConsolidationDisabled);

    /// <summary>The node's pods do not fit elsewhere.</summary>
    public const string Needed = nameof(Needed);

    /// <summary>The node's pods request so much of it that moving them costs more than the node saves.</summary>
    public const string NotWorthwhile = nameof(NotWorthwhile);

    /// <summary>The node is taken by pods that wait.</summary>
    public const string PendingPods = nameof(PendingPods);

    /// <summary>A disruption budget of the pool allows no further removal now.</summary>
    public const string DisruptionBudget = nameof(DisruptionBudget);

    /// <summary>The pool scaled less than the stabilization window ago.</summary>
    public const string RecentActivity = nameof(RecentActivity);

    /// <summary>An annotation of the node or of a pod forbids it (do-not-disrupt, safe-to-evict, scale-down-disabled).</summary>
    public const string DoNotDisrupt = nameof(DoNotDisrupt);

    /// <summary>A PodDisruptionBudget allows no eviction.</summary>
    public const string PodDisruptionBudget = nameof(PodDisruptionBudget);

    /// <summary>A pod without a controller would not be recreated.</summary>
    public const string UnmanagedPod = nameof(UnmanagedPod);

    /// <summary>A pod would lose the data of an emptyDir volume.</summary>
    public const string LocalData = nameof(LocalData);

    /// <summary>No claim owns the node, so its machine cannot be removed.</summary>
    public const string NoClaim = nameof(NoClaim);

    /// <summary>The node's claim is not Ready yet.</summary>
    public const string ClaimNotReady = nameof(ClaimNotReady);

    /// <summary>The provider reclaims the machine: its node is drained and replaced.</summary>
    public const string Reclaimed = nameof(Reclaimed);

    /// <summary>The node's claim is being deleted already.</summary>
    public const string BeingRemoved = nameof(BeingRemoved);

    /// <summary>An update rolls the pool (Update-NodePool): it alone removes nodes until it ends.</summary>
    public const string PoolUpdate = nameof(PoolUpdate);

    /// <summary>The pool is being deleted.</summary>
    public const string PoolDeleted = nameof(PoolDeleted);

    /// <summary>The pool breaks a rule of its definition: nothing is created or removed on its account.</summary>
    public const string PoolInvalid = nameof(PoolInvalid);

    /// <summary>Pool: every pod has a place and no node is superfluous.</summary>
    public const string Satisfied = nameof(Satisfied);
}

/// <summary>The former name of <see cref="AutoscalerReason"/>.</summary>
[Obsolete("Use AutoscalerReason. This name will be removed in the next release.")]
public abstract class ScaleReason : AutoscalerReason
{
    private protected ScaleReason() { }
}
