namespace NodeManager.Sandbox.Controllers.Nodes;

/// <summary>
/// When a zone is disrupted, and at which rate its nodes are tainted. Values are kube-controller-manager's defaults. Source:
/// k8s.io/kubernetes/pkg/controller/nodelifecycle.
/// </summary>
internal static class ZoneRules
{
    /// <summary>Nodes per second: <c>--node-eviction-rate</c>.</summary>
    public const double NormalRate = 0.1;

    /// <summary>In a large zone with a partial disruption: <c>--secondary-node-eviction-rate</c>.</summary>
    public const double ReducedRate = 0.01;

    /// <summary>A zone with more nodes is large: <c>--large-cluster-size-threshold</c>.</summary>
    public const int LargeZone = 50;

    /// <summary><c>--unhealthy-zone-threshold</c>.</summary>
    private const int UnhealthyPercent = 55;

    /// <summary>The failed nodes that no zone counts as a disruption.</summary>
    private const int Tolerated = 2;

    public static ZoneState StateOf(int ready, int notReady)
    {
        if (ready == 0 && notReady > 0)
            return ZoneState.FullDisruption;
        bool isDisrupted = notReady > Tolerated && notReady * 100 >= UnhealthyPercent * (ready + notReady);
        return isDisrupted ? ZoneState.PartialDisruption : ZoneState.Normal;
    }

    /// <summary>Nodes per second; 0 for none. A full disruption of all zones is handled elsewhere.</summary>
    public static double RateOf(ZoneState state, int size)
    {
        if (state != ZoneState.PartialDisruption)
            return NormalRate;
        return size > LargeZone ? ReducedRate : 0;
    }
}
