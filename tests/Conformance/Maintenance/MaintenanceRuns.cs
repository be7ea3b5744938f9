using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Maintenance;
using NodeManager.Maintenance.Options;

namespace NodeManager.Conformance.Maintenance;

/// <summary>What tests of maintenance do again and again.</summary>
internal static class MaintenanceRuns
{
    public const string Claim = "nodemanager.io/maintenance";

    public static MaintenanceRequest Maintain(
        this TestCluster cluster,
        IReadOnlyList<string> nodes,
        MaintenanceOptions? options = null,
        Func<ClusterNode, Task>? work = null
    ) =>
        new()
        {
            Nodes = [.. nodes],
            Options = options ?? new(),
            Namespace = cluster.Namespace,
            // Long enough for a busy machine to renew it, and no longer, as it is waited for.
            LeaseDuration = TimeSpan.FromSeconds(6),
            WorkText = work is null ? "" : "test",
            Work = work is null
                ? null
                : async (node, _) =>
                {
                    await work(node);
                    return ["worked"];
                },
        };

    public static async Task<MaintenanceOutcome> RunAsync(
        this TestCluster cluster,
        MaintenanceRequest request,
        MaintenanceLog? log = null,
        CancellationToken cancellationToken = default
    ) => await NodeMaintainer.RunAsync(await cluster.ConnectAsync(), request, log ?? new(), cancellationToken);

    /// <summary>Asserts that nothing of a run is left on the nodes.</summary>
    public static async Task AssertBackInServiceAsync(this TestCluster cluster, IEnumerable<string> nodes)
    {
        foreach (string name in nodes)
        {
            Node node = await cluster.GetAsync(Resources.Nodes, name);
            Assert.True(node.Spec.Unschedulable != true, $"{name} is cordoned");
            string left = string.Join(", ", (node.Metadata.Annotations ?? []).Keys.Where(IsOfRun));
            Assert.True(left.Length == 0, $"{name} has {left}");
        }
    }

    public static bool IsOfRun(string annotation) =>
        annotation.StartsWith("nodemanager.io/", StringComparison.Ordinal)
        || annotation is "cluster-autoscaler.kubernetes.io/scale-down-disabled" or "karpenter.sh/do-not-disrupt";

    public static Task CordonAsync(this TestCluster cluster, string node) =>
        cluster.PatchNodeAsync(node, new() { ["spec"] = new JsonObject { ["unschedulable"] = true } });

    public static Task PatchNodeAsync(this TestCluster cluster, string node, JsonObject patch) =>
        cluster.Client.PatchAsync(Resources.Nodes, node, null, Patch.Merge(patch), null, RequestOptions.Default, default);

    public static string Describe(this NodeMaintenanceRun run) =>
        $"{run.Status} {run.Message} [{string.Join("; ", run.Nodes.Select(n => $"{n.Node} {n.Status} {n.Step} {n.Error} {n.Message}"))}]";

    public static IReadOnlyList<string> StatusesOf(this NodeMaintenanceRun run) => [.. run.Nodes.Select(n => n.Status)];
}
