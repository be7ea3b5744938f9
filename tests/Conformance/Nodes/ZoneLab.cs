using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Conformance.RealCluster;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Testing;

namespace NodeManager.Conformance.Nodes;

/// <summary>Zones of nodes that stop reporting.</summary>
internal static class ZoneLab
{
    public const string NotReady = "node.kubernetes.io/not-ready",
        Unreachable = "node.kubernetes.io/unreachable";

    /// <summary>Nodes of the zone of which 60 % fail; with more than 50 it is large.</summary>
    public static readonly int ZoneSize = ProofSize.Read("NODEMANAGER_ZONE_NODES", 10);

    /// <summary>Short, so that the test is, and twenty times as long as the kubelets' interval.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);

    public static readonly TimeSpan Quiet = TimeSpan.FromSeconds(25);

    /// <summary>The real backend gets one of its own, with the short grace period.</summary>
    public static async Task<ControlPlane?> StartPlaneAsync(string backend)
    {
        if (backend != Backend.Real)
            return null;
        Skip.If(ServerBinaries.FindWithControllers(out string reason) is null, reason);
        return await ControlPlane.StartAsync(Grace);
    }

    public static bool IsTainted(Node node) => node.Spec.Taints?.Exists(taint => taint.Effect == "NoExecute") == true;

    public static IEnumerable<double> Gaps(IReadOnlyList<TaintSeen> taints) =>
        taints.Zip(taints.Skip(1), (one, next) => (next.At - one.At).TotalSeconds);

    public static async Task<string[][]> AddZonesAsync(TestCluster cluster, params int[] sizes)
    {
        string[] zoneOf = [.. sizes.SelectMany((size, zone) => Enumerable.Repeat(((char)('a' + zone)).ToString(), size))];
        int number = 0;
        IReadOnlyList<string> names = await cluster.AddNodesAsync(zoneOf.Length, node => AddZone(node, zoneOf[number++]));
        return [.. names.Zip(zoneOf).GroupBy(pair => pair.Second, (_, pairs) => pairs.Select(pair => pair.First).ToArray())];
    }

    public static void AddZone(JsonObject node, string zone)
    {
        JsonObject labels = node["metadata"]!["labels"]!.AsObject();
        labels["topology.kubernetes.io/region"] = "r";
        labels["topology.kubernetes.io/zone"] = zone;
    }

    public static Task StopAsync(TestCluster cluster, string[] nodes) =>
        Parallel.ForEachAsync(nodes, async (name, _) => await cluster.AnnotateAsync(Resources.Nodes, name, "heartbeat", "stop"));
}
