using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Health;
using NodeManager.Core.Progress;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Health;

/// <summary>Findings about nodes, from what API servers store and show.</summary>
public sealed class NodeHealthTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task A_healthy_node_has_no_findings(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        HealthNode node = await HealthNode.CreateAsync(cluster);

        NodeHealth health = await node.UntilAsync();

        Assert.Equal((NodeHealth.Healthy, true), (health.Status, health.IsHealthy));
        Assert.InRange(health.ObservedAt - cluster.Time.GetUtcNow(), TimeSpan.FromSeconds(-30), TimeSpan.FromSeconds(5));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Conditions_start_and_end_findings(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        HealthNode node = await HealthNode.CreateAsync(cluster);

        await cluster.AnnotateAsync(Resources.Nodes, node.Name, "conditions", "MemoryPressure,PIDPressure");
        await node.UntilAsync("Warning MemoryPressure", "Warning PIDPressure");
        await cluster.AnnotateAsync(Resources.Nodes, node.Name, "conditions", null);
        await node.SetConditionAsync("KernelDeadlock", "True", "DockerHung", "task docker:20744 blocked for more than 120 seconds.");
        NodeFinding deadlock = Assert.Single((await node.UntilAsync("Critical KernelDeadlock")).Findings);
        await node.SetConditionAsync("KernelDeadlock", "False");
        await node.SetConditionAsync("NetworkUnavailable", "True", "NoRouteCreated");
        await node.UntilAsync("Critical NetworkUnavailable");
        await cluster.AnnotateAsync(Resources.Nodes, node.Name, "ready", "false");
        NodeFinding down = Assert.Single((await node.UntilAsync("Critical NotReady")).Findings);
        await node.SetConditionAsync("NetworkUnavailable", "False", "RouteCreated");
        await cluster.AnnotateAsync(Resources.Nodes, node.Name, "ready", null);
        await node.UntilAsync();

        Assert.Equal(
            "A problem detector reports KernelDeadlock True: task docker:20744 blocked for more than 120 seconds.",
            deadlock.Message
        );
        Assert.InRange(deadlock.Duration!.Value, TimeSpan.FromSeconds(-2), TimeSpan.FromMinutes(5));
        Assert.Contains(down.Evidence, static one => one is { Kind: "Condition", Name: "NetworkUnavailable" });
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_wrong_clock_is_detected_by_the_server_time_of_the_Lease(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        HealthNode node = await HealthNode.CreateAsync(cluster);
        // Its kubelet stays out of it.
        await cluster.AnnotateAsync(Resources.Nodes, node.Name, "ignore", "true");

        // Twice, as the time has to follow each renewal.
        foreach (int minutes in (int[])[5, -5])
        {
            NodeHealth health = await Eventually.GetAsync(
                "a wrong clock",
                async () =>
                {
                    await RenewAsync(cluster.Time.GetUtcNow().AddMinutes(minutes));
                    return await node.TestAsync();
                },
                static health => HealthNode.Summary(health).SequenceEqual(["Warning ClockSkew"])
            );
            Assert.Contains(minutes > 0 ? "ahead of" : "behind", health.Findings[0].Message, StringComparison.Ordinal);
            await Task.Delay(TimeSpan.FromSeconds(1.1));
        }

        await Eventually.HoldsAsync(
            "no finding",
            async () =>
            {
                await RenewAsync(cluster.Time.GetUtcNow());
                return (await node.TestAsync()).Findings.Count == 0;
            }
        );

        Task RenewAsync(DateTimeOffset by) =>
            cluster.SendAsync(
                "PATCH",
                $"/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/{node.Name}",
                new JsonObject
                {
                    ["spec"] = new JsonObject { ["renewTime"] = HealthNode.Text(by).Replace("Z", ".000000Z", StringComparison.Ordinal) },
                }.ToJsonString(),
                "application/merge-patch+json"
            );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_kubelet_without_heartbeats_is_one_finding(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, speed: backend == Backend.Real ? 1 : 20);
        HealthNode node = await HealthNode.CreateAsync(cluster);
        await cluster.AddPodAsync("web", node.Name);

        DateTimeOffset stopped = cluster.Time.GetUtcNow();
        await cluster.AnnotateAsync(Resources.Nodes, node.Name, "heartbeat", "stop");
        // The control plane of the tests waits longer than others until it says so, and before 1.25 nothing else does.
        if (cluster is { IsReal: true, Minor: < 25 })
            await node.SetConditionAsync("Ready", "Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status.");
        NodeFinding finding = Assert.Single((await node.UntilAsync("Critical Unreachable")).Findings);
        await cluster.AnnotateAsync(Resources.Nodes, node.Name, "heartbeat", null);
        await node.UntilAsync();

        Assert.StartsWith("The kubelet stopped reporting", finding.Message, StringComparison.Ordinal);
        // Before 1.25 nothing but the condition says since when. A busy machine is late to look, so how long ago that is has no upper limit.
        Assert.True(finding.Duration > TimeSpan.FromSeconds(cluster.Minor >= 25 ? 38 : -5), $"{finding.Duration}");
        Assert.InRange(finding.Since!.Value, stopped.AddSeconds(-45), stopped.AddMinutes(2));
        Assert.Contains(finding.Evidence, static one => one.Kind == "Lease");
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Cordons_taints_versions_and_the_pod_limit_are_findings(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        HealthNode node = await HealthNode.CreateAsync(cluster, static node => node["status"]!["allocatable"]!["pods"] = "1");
        await cluster.AddPodAsync("web", node.Name);
        NodeFinding limit = Assert.Single((await node.UntilAsync("Warning PodLimit")).Findings);
        await node.PatchAsync(
            new() { ["status"] = new JsonObject { ["nodeInfo"] = new JsonObject { ["kubeletVersion"] = $"v1.{cluster.Minor - 4}.1" } } },
            "status"
        );
        await node.UntilAsync("Warning PodLimit", "Warning VersionSkew");
        await node.PatchAsync(
            new()
            {
                ["metadata"] = new JsonObject
                {
                    ["annotations"] = new JsonObject
                    {
                        ["nodemanager.io/drain"] = """{"by":"ann@box","reason":"disk","at":"2026-01-01T00:00:00Z"}""",
                    },
                },
                ["spec"] = new JsonObject
                {
                    ["unschedulable"] = true,
                    ["taints"] = new JsonArray(
                        new JsonObject
                        {
                            ["key"] = "dedicated",
                            ["value"] = "gpu",
                            ["effect"] = "NoSchedule",
                        }
                    ),
                },
            }
        );
        NodeHealth health = await node.UntilAsync(
            "Warning PodLimit",
            "Warning CordonedForLong",
            "Warning VersionSkew",
            "Information RepellingTaints"
        );

        Assert.Equal("The node runs 1 of 1 possible pods.", limit.Message);
        NodeFinding cordon = health.Findings.Single(static one => one.Cause == NodeFindingCause.CordonedForLong);
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), cordon.Since);
        Assert.Contains(cordon.Evidence, static one => one.Message == "cordoned by ann@box: disk");
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Events_of_kubelets_are_findings(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        HealthNode node = await HealthNode.CreateAsync(cluster);

        await node.AddEventAsync("FreeDiskSpaceFailed", "Failed to garbage collect required amount of images.", 4);
        await node.AddEventAsync("NodeNotReady", $"Node {node.Name} status is now: NodeNotReady", 5);
        await node.AddEventAsync(
            "Evicted",
            "The node was low on resource: memory. ",
            1,
            new()
            {
                ["kind"] = "Pod",
                ["namespace"] = cluster.Namespace,
                ["name"] = "gone-1",
            }
        );
        NodeHealth health = await node.UntilAsync("Warning Flapping", "Warning Evictions", "Warning ImageGarbageCollection");

        Assert.Contains($"{cluster.Namespace}/gone-1", health.Findings[1].Message, StringComparison.Ordinal);
        Assert.Equal("Failed to garbage collect required amount of images. (4 times)", Assert.Single(health.Findings[2].Evidence).Message);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Restarting_system_pods_are_findings(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        HealthNode node = await HealthNode.CreateAsync(cluster);
        string path = $"/api/v1/namespaces/kube-system/pods/agent-{cluster.Id}";
        JsonObject manifest = Manifests.Pod($"agent-{cluster.Id}", node.Name, cluster.Mark);
        manifest["metadata"]!["annotations"] = new JsonObject { ["fake-kubelet/crash"] = "true" };
        await cluster.CreateAsync(Resources.Pods, manifest, "kube-system");
        try
        {
            NodeFinding finding = Assert.Single((await node.UntilAsync("Warning SystemPodsRestarting")).Findings);
            Assert.Equal($"kube-system/agent-{cluster.Id}", Assert.Single(finding.Evidence).Name);
        }
        finally
        {
            await cluster.SendAsync("DELETE", path, """{"gracePeriodSeconds":0}""");
        }
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_missing_node_has_its_own_ErrorId(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        HealthNode node = await HealthNode.CreateAsync(cluster);
        List<NodeManagerException> missing = [];

        NodeHealth found = Assert.Single(
            await NodeHealthChecks.TestAsync(
                node.Session,
                new() { Names = [node.Name.ToUpperInvariant(), "no-such"] },
                missing.Add,
                NullObserver.Instance,
                default
            )
        );
        IReadOnlyList<NodeHealth> some = await NodeHealthChecks.TestAsync(
            node.Session,
            new() { Names = [$"node-{cluster.Id}-*", "nor-this"], Selector = cluster.Selector },
            missing.Add,
            NullObserver.Instance,
            default
        );
        IReadOnlyList<NodeHealth> none = await NodeHealthChecks.TestAsync(
            node.Session,
            new() { Names = ["x-*"] },
            missing.Add,
            NullObserver.Instance,
            default
        );

        Assert.Equal((node.Name, node.Name, 0), (found.Name, Assert.Single(some).Name, none.Count));
        Assert.Equal(["NodeNotFound no-such", "NodeNotFound nor-this"], missing.Select(static one => $"{one.ErrorId} {one.Target}"));
    }
}
