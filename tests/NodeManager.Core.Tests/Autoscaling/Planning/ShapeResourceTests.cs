using System.Text.Json;
using NodeManager.Autoscaling.Claims;
using NodeManager.Autoscaling.Planning;
using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Autoscaling.Resources;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Quantities;
using static NodeManager.Core.Tests.Autoscaling.Planning.Plan;
using Reason = NodeManager.AutoscalerReason;

namespace NodeManager.Core.Tests.Autoscaling.Planning;

/// <summary>Shapes with all that a pod can request: devices, disks, hugepages, pods per node, labels.</summary>
public sealed class ShapeResourceTests
{
    /// <summary>Small, then large, then with two GPUs, then large on another architecture.</summary>
    private const string Shapes = """
        {"providerRef":"p","limits":{"minNodes":0,"maxNodes":0,"cpuCores":0,"memoryMiB":0},"machineTemplate":{
          "systemReserved":{"cpuMillicores":0,"memoryMiB":0,"resources":{"ephemeral-storage":"10Gi"}},
          "resources":{"ephemeral-storage":"50Gi","pods":20},
          "shapes":[
            {"name":"small","cpuCores":4,"memoryMiB":8192},
            {"name":"large","cpuCores":16,"memoryMiB":65536,"resources":{"ephemeral-storage":"500Gi","hugepages-2Mi":"8Gi"}},
            {"name":"gpu","cpuCores":2,"memoryMiB":8192,"resources":{"nvidia.com/gpu":2}},
            {"name":"arm","cpuCores":4,"memoryMiB":8192,"labels":{"kubernetes.io/arch":"arm64"}}]}}
        """;

    public static TheoryData<string, string, string> Requests =>
        new()
        {
            { """{"cpu":"1"}""", "{}", "small" },
            { """{"cpu":"1","ephemeral-storage":"40Gi"}""", "{}", "small" },
            { """{"cpu":"1","ephemeral-storage":"41Gi"}""", "{}", "large" },
            { """{"cpu":"1","memory":"1Gi","hugepages-2Mi":"4Gi"}""", "{}", "large" },
            { """{"cpu":"1","nvidia.com/gpu":"1"}""", "{}", "gpu" },
            { """{"cpu":"1","nvidia.com/gpu":"3"}""", "{}", "" },
            { """{"cpu":"3","nvidia.com/gpu":"1"}""", "{}", "" },
            { """{"cpu":"1"}""", """{"kubernetes.io/arch":"arm64"}""", "arm" },
            { """{"cpu":"1","nvidia.com/gpu":"1"}""", """{"kubernetes.io/arch":"arm64"}""", "" },
            { """{"cpu":"1","ephemeral-storage":"491Gi"}""", "{}", "" },
        };

    [Theory]
    [MemberData(nameof(Requests))]
    public void A_pod_gets_the_cheapest_shape_with_all_that_it_requests(string requests, string selector, string shape)
    {
        ScalePlan plan = ScalePlanner.Plan(Input(Pool(), Asking("a", requests, selector)));

        Assert.Equal(shape.Length > 0 ? [shape] : [], plan.Machines.Select(static machine => machine.Shape));
    }

    [Theory]
    [InlineData("""{"amd.com/gpu":"1"}""", "No shape of any pool has amd.com/gpu; the pod requests 1.")]
    [InlineData("""{"memory":"1Gi","hugepages-1Gi":"2Gi"}""", "No shape of any pool has hugepages-1Gi; the pod requests 2Gi.")]
    public void A_resource_that_no_shape_has_is_named_in_one_sentence(string requests, string expected)
    {
        NodeSmithPool tainted = Pool();
        tainted.Metadata.Name = "tainted";
        tainted.Spec.MachineTemplate.Taints = [new() { Key = "team", Effect = "NoSchedule" }];
        ScaleInput input = Input(Pool(), Asking("a", requests)) with { Pools = [Pool(), tainted] };

        NodeScalePlanPod pod = Assert.Single(ScalePlanner.Plan(input).Pods);

        Assert.Equal((AutoscalerDecision.Wait, Reason.MissingResource, expected), (pod.Decision, pod.Reason, pod.Message));
    }

    [Fact]
    public void Machines_hold_as_many_pods_as_their_shape()
    {
        ScalePlan plan = ScalePlanner.Plan(
            Input(Pool(), Enumerable.Range(1, 41).Select(static n => Asking($"a{n:00}", """{"cpu":"10m"}""")))
        );

        Assert.Equal([20, 20, 1], plan.Machines.Select(static machine => machine.Pods.Count));
    }

    [Fact]
    public void A_machine_does_not_grow_into_devices_that_its_pods_do_not_request()
    {
        NodeSmithPool pool = Pool();
        pool.Spec.MachineTemplate.Shapes!.RemoveAll(static one => one.Name != "small" && one.Name != "gpu");
        pool.Spec.MachineTemplate.Shapes[1].CpuCores = 64;
        pool.Spec.MachineTemplate.Shapes[1].MemoryMiB = 262144;

        Assert.Equal(
            ["small", "small"],
            ScalePlanner.Plan(Input(pool, Several(8, "1", "1Gi"))).Machines.Select(static machine => machine.Shape)
        );
    }

    [Fact]
    public void Hugepages_reduce_the_memory_of_a_machine_as_in_kubelets()
    {
        NodeSmithPool pool = Pool();
        pool.Spec.MachineTemplate.Shapes!.RemoveAll(static one => one.Name != "large");

        Assert.Single(ScalePlanner.Plan(Input(pool, Asking("a", """{"memory":"56Gi"}"""))).Machines);
        Assert.Empty(ScalePlanner.Plan(Input(pool, Asking("a", """{"memory":"57Gi"}"""))).Machines);
    }

    [Fact]
    public void Until_a_device_plugin_registers_its_pods_wait_for_the_machine_in_progress()
    {
        NodeSmithPool pool = Pool();
        (NodeSmithClaim claim, Node node) = Registered(pool, "gpu", new() { ["nvidia.com/gpu"] = Quantity.Parse("0") });
        Pod pod = Asking("a", """{"cpu":"1","nvidia.com/gpu":"2"}""");
        ScaleInput input = Input(pool, pod) with { Nodes = [node], Claims = [claim] };

        NodeScalePlanPod placed = Assert.Single(ScalePlanner.Plan(input).Pods);
        Assert.Equal((Reason.ClaimInFlight, claim.Metadata.Name), (placed.Reason, placed.Target));
        Assert.Equal("ResourcesMissing", NodeInitialization.Check(claim, pool, node)?.Reason);

        node.Status.Allocatable!["nvidia.com/gpu"] = Quantity.Parse("2");
        Assert.Null(NodeInitialization.Check(claim, pool, node));
    }

    [Fact]
    public void Reports_of_nodes_replace_the_plan_of_their_shape_and_are_shown_with_it()
    {
        NodeSmithPool pool = Pool();
        (NodeSmithClaim claim, Node node) = Registered(
            pool,
            "gpu",
            new() { ["nvidia.com/gpu"] = Quantity.Parse("1"), ["ephemeral-storage"] = Quantity.Parse("30Gi") },
            NodeSmithConditions.Initialized,
            NodeSmithConditions.Ready
        );
        ScaleInput input = Input(pool, Asking("a", """{"nvidia.com/gpu":"2"}""")) with { Nodes = [node], Claims = [claim] };

        ScalePlan plan = ScalePlanner.Plan(input);

        Assert.Empty(plan.Machines);
        Assert.Contains("(node 'gpu-1' reports 1; 2 would be planned)", Assert.Single(plan.Pods).Message, StringComparison.Ordinal);
        NodeScalePlanShape shown = Assert.Single(Assert.Single(plan.Pools).Observed);
        Assert.Equal(("gpu", "gpu-1"), (shown.Name, shown.Node));
        Assert.Equal((2m, 1m), (shown.Planned["nvidia.com/gpu"], shown.Reported["nvidia.com/gpu"]));
        Assert.Equal((40m, 30m), (shown.Planned["ephemeral-storage"] / (1 << 30), shown.Reported["ephemeral-storage"] / (1 << 30)));
    }

    [Fact]
    public void Labels_of_the_shape_reach_the_node_without_those_of_the_kubelet()
    {
        NodeSmithPool pool = Pool();
        pool.Spec.MachineTemplate.Shapes![3].Labels!["node.kubernetes.io/instance-type"] = "arm-4";
        NodeSmithClaim claim = ClaimDraft.Of(pool, 1, 4, 8192, "arm", "");
        claim.Metadata.Uid = "u";

        var request = ClaimAttempts.RequestOf(claim, pool, isFirst: true);

        Assert.Equal("arm-4", request.Labels["node.kubernetes.io/instance-type"]);
        Assert.DoesNotContain("kubernetes.io/arch", request.Labels.Keys);
        Assert.Equal(("arm64", "arm", 20m), (request.Architecture, request.Shape, request.Resources["pods"]));
    }

    [Theory]
    [InlineData("cpu", "1", "cpu is set by cpuCores and memoryMiB, or by cpuMillicores and memoryMiB")]
    [InlineData("nvidia.com/gpu", "1500m", "nvidia.com/gpu must be a whole number")]
    [InlineData("ephemeral-storage", "-1", "ephemeral-storage must be non-negative")]
    public void Resources_that_no_machine_can_have_are_refused(string name, string amount, string expected)
    {
        NodeSmithPool pool = Pool();
        pool.Spec.MachineTemplate.Shapes![0].Resources = new() { [name] = Quantity.Parse(amount) };

        Assert.Equal(expected, Assert.Single(NodeSmithRules.Check(pool)).Message);
    }

    private static NodeSmithPool Pool() =>
        new()
        {
            Metadata = new() { Name = "workers" },
            Spec = JsonSerializer.Deserialize(Shapes, NodeSmithJson.Default.NodeSmithPoolSpec)!,
        };

    private static Pod Asking(string name, string requests, string selector = "{}")
    {
        Pod pod = Waiting(name);
        pod.Spec.Containers[0].Resources!.Requests = JsonSerializer
            .Deserialize<Dictionary<string, string>>(requests)!
            .ToDictionary(static one => one.Key, static one => Quantity.Parse(one.Value));
        pod.Spec.NodeSelector = JsonSerializer.Deserialize<Dictionary<string, string>>(selector);
        return pod;
    }

    private static (NodeSmithClaim Claim, Node Node) Registered(
        NodeSmithPool pool,
        string shape,
        Dictionary<string, Quantity> amounts,
        params string[] conditions
    )
    {
        NodeSmithShape chosen = pool.Spec.MachineTemplate.Shapes!.Find(one => one.Name == shape)!;
        NodeSmithClaim claim = ClaimDraft.Of(pool, 1, chosen.CpuCores, chosen.MemoryMiB, shape, "");
        claim.Metadata.Name = $"{shape}-1";
        claim.Metadata.Uid = "u";
        claim.Status = new()
        {
            NodeName = claim.Metadata.Name,
            Conditions =
            [
                .. conditions.Select(static type => new NodeSmithCondition
                {
                    Type = type,
                    Status = "True",
                    LastTransitionTime = Now.AddHours(-1),
                }),
            ],
        };
        Node node = PlannedWorld.Register(pool, claim, Now.AddHours(-1));
        foreach ((string name, Quantity amount) in amounts)
            node.Status.Allocatable![name] = amount;
        node.Status.Capacity = node.Status.Allocatable;
        return (claim, node);
    }
}
