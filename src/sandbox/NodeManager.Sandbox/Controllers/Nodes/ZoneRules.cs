namespace NodeManager.Sandbox.Controllers.Nodes;

/// <summary>
/// When a zone counts as disrupted and how fast its nodes are tainted then. The numbers are kube-controller-manager's defaults.
/// Source: k8s.io/kubernetes/pkg/controller/nodelifecycle.
/// </summary>
internal static class ZoneRules
{
    /// <summary>Nodes tainted per second: <c>--node-eviction-rate</c>.</summary>
    public const double NormalRate = 0.1;

    /// <summary>The same in a large zone most of which is down: <c>--secondary-node-eviction-rate</c>.</summary>
    public const double ReducedRate = 0.01;

    /// <summary>A zone with more nodes is large: <c>--large-cluster-size-threshold</c>.</summary>
    public const int LargeZone = 50;

    /// <summary><c>--unhealthy-zone-threshold</c>.</summary>
    private const int UnhealthyPercent = 55;

    /// <summary>Up to so many nodes may fail in any zone without disrupting it.</summary>
    private const int Tolerated = 2;

    public static ZoneState StateOf(int ready, int notReady) =>
        ready == 0 && notReady > 0 ? ZoneState.FullDisruption
        : notReady > Tolerated && notReady * 100 >= UnhealthyPercent * (ready + notReady) ? ZoneState.PartialDisruption
        : ZoneState.Normal;

    /// <summary>Nodes tainted per second; 0 for none. A cluster in which every zone is fully disrupted is not judged here.</summary>
    public static double RateOf(ZoneState state, int size) =>
        state != ZoneState.PartialDisruption ? NormalRate
        : size > LargeZone ? ReducedRate
        : 0;
}
