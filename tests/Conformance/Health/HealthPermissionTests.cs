using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Conformance.Roles;
using NodeManager.Core.Health;
using NodeManager.Core.Progress;

namespace NodeManager.Conformance.Health;

/// <summary>What the health of nodes takes, and what is left of it without.</summary>
public sealed class HealthPermissionTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task A_viewer_gets_all_findings_and_a_reader_of_nodes_fewer(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, rbac: true);
        await RoleManifest.ApplyAsync(cluster);
        HealthNode node = await HealthNode.CreateAsync(cluster);
        await node.SetConditionAsync("KernelDeadlock", "True");
        await node.AddEventAsync("ImageGCFailed", "Failed to garbage collect required amount of images.");
        await cluster.EnsureAsync(
            "/apis/rbac.authorization.k8s.io/v1/clusterroles",
            new()
            {
                ["metadata"] = new JsonObject { ["name"] = "nodes-" + cluster.Id },
                ["rules"] = new JsonArray(
                    new JsonObject
                    {
                        ["apiGroups"] = new JsonArray(""),
                        ["resources"] = new JsonArray("nodes"),
                        ["verbs"] = new JsonArray("get", "list"),
                    }
                ),
            }
        );
        await cluster.EnsureAsync(
            "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
            new()
            {
                ["metadata"] = new JsonObject { ["name"] = "nodes-" + cluster.Id },
                ["roleRef"] = new JsonObject
                {
                    ["apiGroup"] = "rbac.authorization.k8s.io",
                    ["kind"] = "ClusterRole",
                    ["name"] = "nodes-" + cluster.Id,
                },
                ["subjects"] = new JsonArray(
                    new JsonObject
                    {
                        ["apiGroup"] = "rbac.authorization.k8s.io",
                        ["kind"] = "User",
                        ["name"] = "reader-" + cluster.Id,
                    }
                ),
            }
        );

        WarningList viewerWarnings = new(),
            readerWarnings = new();
        NodeHealth seen = await TestAsync(
            await cluster.ConnectAsAsync("viewer-" + cluster.Id, "nodemanager-viewers"),
            node.Name,
            viewerWarnings
        );
        NodeHealth partly = await TestAsync(await cluster.ConnectAsAsync("reader-" + cluster.Id), node.Name, readerWarnings);
        NodeManagerSession nobody = await cluster.ConnectAsAsync("nobody-" + cluster.Id);
        NodeManagerException refused = await Assert.ThrowsAsync<NodeManagerException>(() =>
            NodeHealthChecks.TestAsync(nobody, new() { Names = [node.Name] }, static _ => { }, NullObserver.Instance, default)
        );

        Assert.Equal(["Critical KernelDeadlock", "Warning ImageGarbageCollection"], HealthNode.Summary(seen));
        Assert.Empty(viewerWarnings.Warnings);
        Assert.Equal(["Critical KernelDeadlock"], HealthNode.Summary(partly));
        Assert.Equal(3, readerWarnings.Warnings.Count);
        Assert.Contains(
            readerWarnings.Warnings,
            static one =>
                one.StartsWith("Leases of namespace kube-node-lease of cluster '", StringComparison.Ordinal)
                && one.Contains("' cannot be read, so findings about stale Leases and clock skew are missing: ", StringComparison.Ordinal)
        );
        Assert.Equal(ErrorIds.Forbidden, refused.ErrorId);
    }

    // The server takes a moment to hear of new bindings.
    private static async Task<NodeHealth> TestAsync(NodeManagerSession session, string node, WarningList warnings) =>
        (
            await Eventually.GetAsync(
                "the role is known",
                async () =>
                {
                    try
                    {
                        warnings.Warnings.Clear();
                        return await NodeHealthChecks.TestAsync(session, new() { Names = [node] }, static _ => { }, warnings, default);
                    }
                    catch (NodeManagerException e) when (e.ErrorId == ErrorIds.Forbidden)
                    {
                        return [];
                    }
                },
                static found => found.Count == 1
            )
        )[0];

    private sealed class WarningList : IOperationObserver
    {
        public List<string> Warnings { get; } = [];

        public void Warning(string message)
        {
            lock (Warnings)
                Warnings.Add(message);
        }

        public void Verbose(string message) { }

        public void Progress(OperationProgress progress) { }
    }
}
