using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Resources;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Autoscaling;

/// <summary>A running autoscaler with several pools: devices from zero, the cheaper pool, and another pool where one has no machine.</summary>
[Collection(AutoscalerLab.InTurn)]
public sealed class PoolChoiceTests
{
    private const string Gpu = "nvidia.com/gpu";

    [SkippableTheory]
    [AllBackends]
    public async Task A_pod_that_requests_a_GPU_gets_its_node_from_an_empty_pool(string backend)
    {
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(backend, speed: 10);
        await AddAsync(lab, "small", """{"shapes":[{"name":"plain","cpuCores":8,"memoryMiB":16384}]}""");
        await AddAsync(
            lab,
            "small-gpu",
            """
            {"taints":[{"key":"nvidia.com/gpu","effect":"NoSchedule"}],"resources":{"pods":40},
             "shapes":[{"name":"gpu","cpuCores":4,"memoryMiB":8192,"labels":{"node.kubernetes.io/instance-type":"gpu"},
               "resources":{"nvidia.com/gpu":2,"ephemeral-storage":"200Gi","hugepages-2Mi":"1Gi"}}]}
            """
        );
        await ManageAsync(lab, """{"pools":["small","small-gpu"]}""");
        await lab.RunAsync();
        await WaitingAsync(lab, "trainer", """{"cpu":"1","memory":"1Gi","ephemeral-storage":"150Gi","nvidia.com/gpu":"2"}""");

        NodeSmithClaim claim = Assert.Single(
            await lab.WaitForClaimsAsync("a ready claim", static all => all.Exists(AutoscalerLab.IsReady))
        );
        Assert.Equal(("small-gpu", "gpu"), (claim.Spec.PoolRef, claim.Spec.Shape));
        Node node = await lab.Cluster.GetAsync(Resources.Nodes, claim.Status!.NodeName!);
        Assert.Equal(
            ("2", "200Gi", "1Gi", "40", "gpu"),
            (
                node.Status.Allocatable![Gpu].Text,
                node.Status.Allocatable["ephemeral-storage"].Text,
                node.Status.Allocatable["hugepages-2Mi"].Text,
                node.Status.Allocatable["pods"].Text,
                node.Metadata.Labels!["node.kubernetes.io/instance-type"]
            )
        );
        if (!lab.Cluster.IsReal)
            await lab.Cluster.WaitForAsync(Resources.Pods, "trainer", pod => pod.Spec.NodeName == node.Metadata.Name);
        await lab.DeleteAsync(Resources.Pods, "trainer");
        await lab.WaitForClaimsAsync("no claims", static all => all.Count == 0);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_expander_price_picks_the_cheaper_pool_and_a_pool_without_machines_is_passed_over(string backend)
    {
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(backend, speed: 10);
        await lab.Cluster.CreateAsync(
            NodeSmithResources.Providers,
            Manifest("NodeSmithProvider", "empty", """{"type":"simulated","simulated":{"maxMachines":0}}""")
        );
        const string shape = """{"shapes":[{"name":"two","cpuCores":2,"memoryMiB":4096}],"labels":{"choice":"yes"}}""";
        await AddAsync(lab, "small", shape, price: "0.40");
        await AddAsync(lab, "small-cheap", shape, price: "0.10");
        await AddAsync(lab, "small-empty", shape, price: "0.01", provider: "empty");
        await ManageAsync(lab, """{"pools":["small","small-cheap","small-empty"],"expanders":["price"]}""");
        await lab.RunAsync();
        await WaitingAsync(lab, "first", """{"cpu":"1","memory":"1Gi"}""", "choice");

        // The cheapest has none: its claim makes way for the next one.
        List<NodeSmithClaim> claims = await lab.WaitForClaimsAsync(
            "a ready claim and no other",
            static all => all.Count == 1 && AutoscalerLab.IsReady(all[0])
        );
        Assert.Equal("small-cheap", claims[0].Spec.PoolRef);
        Assert.Equal(2, (await lab.Cluster.GetAsync(NodeSmithResources.Pools, "small-empty")).Status!.NextClaimSequence);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_node_that_is_reclaimed_is_replaced(string backend)
    {
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(backend, speed: 10);
        await AddAsync(lab, "small", """{"shapes":[{"name":"two","cpuCores":2,"memoryMiB":4096}]}""", min: 1);
        await lab.RunAsync();
        NodeSmithClaim first = (
            await lab.WaitForClaimsAsync("a ready claim", static all => all.Count == 1 && AutoscalerLab.IsReady(all[0]))
        )[0];

        await lab.PatchAsync(
            Resources.Nodes,
            first.Status!.NodeName!,
            $$"""{"spec":{"taints":[{"key":"{{NodeSmithNames.Reclaimed}}","effect":"NoSchedule"}]} }"""
        );

        await lab.WaitForClaimsAsync(
            "another ready claim alone",
            all => all.Count == 1 && all[0].Metadata.Uid != first.Metadata.Uid && AutoscalerLab.IsReady(all[0])
        );
    }

    private static Task<NodeSmithPool> AddAsync(
        AutoscalerLab lab,
        string name,
        string template,
        string? price = null,
        string provider = "sim",
        int min = 0
    ) =>
        lab.Cluster.CreateAsync(
            NodeSmithResources.Pools,
            Manifest(
                "NodeSmithPool",
                name,
                $$"""
                {"providerRef":"{{provider}}","limits":{"minNodes":{{min}},"maxNodes":3,"cpuCores":0,"memoryMiB":0},"machineTemplate":{{template}}
                 {{(price is null ? "" : $$""","price":{"currency":"EUR","shapes":{"two":"{{price}}"} }""")}} }
                """
            )
        );

    private static Task ManageAsync(AutoscalerLab lab, string spec) =>
        lab.PatchAsync(NodeSmithResources.ControlPlanes, "plane", $$"""{"spec":{{spec}} }""");

    // Without a scheduler, its verdict is the test's.
    private static async Task WaitingAsync(AutoscalerLab lab, string name, string requests, string? label = null)
    {
        JsonObject resources = JsonNode.Parse(requests)!.AsObject();
        var limits = new JsonObject();
        if (resources[Gpu] is { } devices)
            limits[Gpu] = devices.DeepClone();
        await lab.Cluster.CreateAsync(
            Resources.Pods,
            new()
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Pod",
                ["metadata"] = new JsonObject { ["name"] = name },
                ["spec"] = new JsonObject
                {
                    ["terminationGracePeriodSeconds"] = 1,
                    ["automountServiceAccountToken"] = false,
                    ["nodeSelector"] = label is null ? null : new JsonObject { [label] = "yes" },
                    ["tolerations"] = new JsonArray(new JsonObject { ["key"] = Gpu, ["operator"] = "Exists" }),
                    ["containers"] = new JsonArray(
                        new JsonObject
                        {
                            ["name"] = "main",
                            ["image"] = "registry.invalid/app:1",
                            ["resources"] = new JsonObject { ["requests"] = resources, ["limits"] = limits },
                        }
                    ),
                },
            }
        );
        if (lab.Cluster.IsReal)
            await lab.PatchAsync(
                Resources.Pods,
                name,
                """
                {"status":{"conditions":[{"type":"PodScheduled","status":"False","reason":"Unschedulable","lastTransitionTime":"2026-01-01T00:00:00Z"}]}}
                """,
                "status"
            );
    }

    private static JsonObject Manifest(string kind, string name, string spec) =>
        new()
        {
            ["apiVersion"] = NodeSmithNames.ApiVersion,
            ["kind"] = kind,
            ["metadata"] = new JsonObject { ["name"] = name },
            ["spec"] = JsonNode.Parse(spec),
        };
}
