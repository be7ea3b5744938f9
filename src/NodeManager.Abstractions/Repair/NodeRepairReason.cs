namespace NodeManager;

/// <summary>Why the repair of a node ended as it did, or why there was none. Strings instead of an enum: see <see cref="NodeStatus"/>.</summary>
public static class NodeRepairReason
{
    /// <summary>No cause that is repaired is found on the node.</summary>
    public const string Healthy = nameof(Healthy);

    /// <summary>A cause that is repaired is found.</summary>
    public const string Unhealthy = nameof(Unhealthy);

    /// <summary>The cause has not lasted long enough (<c>-UnhealthyFor</c>).</summary>
    public const string TooRecent = nameof(TooRecent);

    /// <summary>Fewer nodes are healthy than <c>-MinHealthy</c> requires.</summary>
    public const string TooFewHealthy = nameof(TooFewHealthy);

    /// <summary>Enough nodes are healthy, but not for long enough (<c>-CoolDown</c>).</summary>
    public const string CoolDown = nameof(CoolDown);

    /// <summary>As many nodes of the pool are in repair as <c>-MaxPerPool</c> allows.</summary>
    public const string PoolLimit = nameof(PoolLimit);

    /// <summary>A maintenance run or another repair has the node.</summary>
    public const string Maintenance = nameof(Maintenance);

    /// <summary>Another operation, such as a drain, works on the node.</summary>
    public const string Busy = nameof(Busy);

    /// <summary>Another client has cordoned the node.</summary>
    public const string Cordoned = nameof(Cordoned);

    /// <summary>It is a node of the control plane.</summary>
    public const string ControlPlane = nameof(ControlPlane);

    /// <summary>The node was repaired less than <c>-CoolDown</c> ago.</summary>
    public const string RecentlyRepaired = nameof(RecentlyRepaired);

    /// <summary>An earlier repair of the same command failed, and the node has not been healthy since.</summary>
    public const string FailedBefore = nameof(FailedBefore);

    /// <summary>The API server cannot be reached, or the watch of nodes is cut off.</summary>
    public const string Unreachable = nameof(Unreachable);

    /// <summary>The node was deleted, or another one registered under its name.</summary>
    public const string NodeGone = nameof(NodeGone);

    /// <summary>No provider has the node's machine.</summary>
    public const string NoMachine = nameof(NoMachine);

    /// <summary>A MachineHealthCheck covers the node's machine, and repairs it instead.</summary>
    public const string MachineHealthCheck = nameof(MachineHealthCheck);

    /// <summary>The provider could not do what was asked.</summary>
    public const string ProviderFailed = nameof(ProviderFailed);

    /// <summary>The drain was refused, or did not end in time.</summary>
    public const string DrainFailed = nameof(DrainFailed);

    /// <summary>The node did not become healthy in time (<c>-EscalateAfter</c>).</summary>
    public const string NotRecovered = nameof(NotRecovered);

    /// <summary>Another process released the node, or took it over.</summary>
    public const string ClaimLost = nameof(ClaimLost);

    /// <summary>A request to the cluster failed.</summary>
    public const string ClusterFailed = nameof(ClusterFailed);

    /// <summary>The command was stopped.</summary>
    public const string Stopped = nameof(Stopped);
}
