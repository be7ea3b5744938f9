using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Maintenance;
using NodeManager.Maintenance.Options;
using NodeManager.Testing;

namespace NodeManager.Conformance.Maintenance;

/// <summary>Runs of more nodes than one ConfigMap is given, and what is said of records that cannot be read.</summary>
[Takes(70)]
public sealed class LargeRunTests
{
    private static readonly int Nodes = ProofSize.Read("NODEMANAGER_RUN_NODES", 52);

    [SkippableTheory]
    [AllBackends]
    public async Task A_large_run_is_stored_in_several_ConfigMaps_and_can_be_resumed(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(Nodes);
        ConcurrentQueue<string> worked = new();
        List<string?> versions = [];
        using CancellationTokenSource first = new(),
            second = new();
        MaintenanceRequest request = cluster.Maintain(
            nodes,
            work: async node =>
            {
                worked.Enqueue(node.Name);
                if (worked.Count <= 2)
                    versions.Add((await PagesAsync(cluster))[1].Metadata.ResourceVersion);
                // What is done when the interrupt comes is noted as done, in whichever ConfigMap.
                if (worked.Count == 2)
                    await first.CancelAsync();
                if (node.Name == nodes[^1])
                    await second.CancelAsync();
            }
        );

        MaintenanceLog log = new();
        MaintenanceOutcome interrupted = await cluster.RunAsync(request, log, first.Token);
        List<ConfigMap> pages = await PagesAsync(cluster);
        MaintenanceRequest resume = request with
        {
            Nodes = [],
            ResumeId = interrupted.Run.Id,
            Options = new() { MaxUnavailable = "100%" },
        };
        await cluster.RunAsync(resume, log, second.Token);
        MaintenanceOutcome resumed = await cluster.RunAsync(resume);
        NodeMaintenanceRun kept = Assert.Single(
            await MaintenanceReader.ReadAsync(await cluster.ConnectAsync(), [], cluster.Namespace, 10, default)
        );

        Assert.Equal(
            (NodeMaintenanceRunStatus.Interrupted, 1, Nodes - 1),
            (interrupted.Run.Status, interrupted.Run.Completed, interrupted.Run.Remaining)
        );
        Assert.Equal(
            Enumerable.Range(0, Nodes).Chunk(50).Select(page => page.Length),
            pages.Select(p => p.Data!.Keys.Count(k => k.StartsWith("node.", StringComparison.Ordinal)))
        );
        // A node's change writes its own ConfigMap alone.
        Assert.Equal(2, versions.Count);
        Assert.Equal(versions[0], versions[1]);
        Assert.True(resumed.Run.Status == NodeMaintenanceRunStatus.Completed, resumed.Run.Describe());
        Assert.Equal((Nodes, Nodes), (kept.Completed, kept.Nodes.Count));
        Assert.Equal(nodes, kept.Nodes.Select(n => n.Node));
        Assert.Equal(nodes.Order(), worked.Distinct().Order());
        if (log.IsEndWritten)
            Assert.Equal(Nodes, worked.Count);

        await cluster.Client.DeleteAsync(Resources.ConfigMaps, pages[1].Metadata.Name, cluster.Namespace, new(), default);
        NodeManagerException incomplete = await Assert.ThrowsAsync<NodeManagerException>(() =>
            cluster.RunAsync(request with { Nodes = [], ResumeId = kept.Id })
        );
        Assert.Equal(ErrorIds.MaintenanceInvalid, incomplete.ErrorId);
        Assert.Contains(
            $"has {Nodes} nodes, but namespace {cluster.Namespace} has records of {Nodes - Math.Min(50, Nodes - 50)}",
            incomplete.Message,
            StringComparison.Ordinal
        );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_run_in_another_format_is_not_listed_and_not_resumed(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        string node = await cluster.AddNodeAsync();
        MaintenanceOutcome done = await cluster.RunAsync(cluster.Maintain([node]));
        ConfigMap map = Assert.Single(await PagesAsync(cluster));
        await cluster.Client.PatchAsync(
            Resources.ConfigMaps,
            map.Metadata.Name,
            cluster.Namespace,
            Patch.Merge(new() { ["data"] = new JsonObject { ["format"] = "9" } }),
            null,
            RequestOptions.Default,
            default
        );

        IReadOnlyList<NodeMaintenanceRun> kept = await MaintenanceReader.ReadAsync(
            await cluster.ConnectAsync(),
            [],
            cluster.Namespace,
            10,
            default
        );
        NodeManagerException refused = await Assert.ThrowsAsync<NodeManagerException>(() =>
            cluster.RunAsync(cluster.Maintain([]) with { ResumeId = done.Run.Id })
        );

        Assert.Empty(kept);
        Assert.Equal(ErrorIds.MaintenanceInvalid, refused.ErrorId);
        Assert.Contains(
            $"{map.Metadata.Name} holds maintenance run {done.Run.Id} in the format '9'",
            refused.Message,
            StringComparison.Ordinal
        );
    }

    private static async Task<List<ConfigMap>> PagesAsync(TestCluster cluster) =>
        [
            .. (await cluster.Client.ListAsync(Resources.ConfigMaps, new() { Namespace = cluster.Namespace }, default))
                .Items.Where(m => m.Metadata.Name.StartsWith("nodemanager-run-", StringComparison.Ordinal))
                .OrderBy(m => m.Metadata.Name.Length)
                .ThenBy(m => m.Metadata.Name, StringComparer.Ordinal),
        ];
}
