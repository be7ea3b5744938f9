using System.Text.Json;
using NodeManager.Autoscaling.Planning;
using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Autoscaling.Resources;
using NodeManager.Kubernetes.Models;
using NodeManager.Recommendations.Decisions;
using static NodeManager.Core.Tests.Autoscaling.Planning.Plan;
using Reason = NodeManager.AutoscalerReason;

namespace NodeManager.Core.Tests.Autoscaling.Planning;

/// <summary>Devices by ResourceClaims (DRA): the simple case is planned, and everything else is refused with the reason.</summary>
public sealed class DevicePlanTests
{
    private const string Exactly = "\"deviceClassName\":\"gpu\"";
    private const string ByDriver = """[{"cel":{"expression":"device.driver == \"gpu.example.com\""}}]""";

    [Theory]
    [InlineData("v1")]
    [InlineData("v1beta1")]
    public void A_pod_gets_a_machine_of_a_shape_whose_nodes_have_the_devices(string version)
    {
        // n1 has two devices, and one of them is in use.
        ScaleInput input = Shop(Pod("a", "gpu").On("n1"), Pod("b", "gpu"), Pod("c", "gpu"));

        ScalePlan plan = ScalePlanner.Plan(input.With(Devices(version)));

        Assert.Equal((AutoscalerDecision.Place, "n1"), (plan.Pod("b").Decision, plan.Pod("b").Target));
        Assert.Equal(AutoscalerDecision.Create, plan.Pod("c").Decision);
        Assert.Equal("four", Assert.Single(plan.Machines).Shape);
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 0)]
    public void A_claim_for_more_devices_than_a_node_has_buys_nothing(int count, int machines)
    {
        ScaleInput input = Shop(Pod("a", "gpu").On("n1"), Pod("b", "several"));

        ScalePlan plan = ScalePlanner.Plan(input.With(Devices("v1", count: count)));

        Assert.Equal(machines, plan.Machines.Count);
        if (machines == 0)
            Assert.Equal(AutoscalerDecision.Wait, plan.Pod("b").Decision);
    }

    [Fact]
    public void A_pool_without_a_node_that_shows_devices_gets_no_machine()
    {
        ScaleInput input = Shop(Pod("b", "gpu")) with { Nodes = [], Claims = [] };

        ScalePlan plan = ScalePlanner.Plan(input.With(Devices("v1")));

        Assert.Empty(plan.Machines);
        Assert.Equal(Reason.MissingResource, plan.Pod("b").Reason);
        Assert.Contains("devices.resource.k8s.io/gpu.example.com", plan.Pod("b").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_is_removed_only_if_the_devices_of_its_pods_are_elsewhere()
    {
        NodeSmithPool pool = Fours();
        pool.Spec.ScaleDown = new() { Consolidation = new() { Mode = "SingleNode" } };
        ScaleInput input = Running(pool, 2, Pod("a", "gpu").On("n1"), Pod("b", "gpu").On("n2"));
        Assert.Contains(
            ScalePlanner.Plan(input.With(Devices("v1", nodes: ["n1", "n2"]))).Nodes,
            static one => one.Decision == AutoscalerDecision.Remove
        );

        // One device on each node: the pods cannot share one.
        ScalePlan plan = ScalePlanner.Plan(input.With(Devices("v1", perNode: 1, nodes: ["n1", "n2"])));

        Assert.All(plan.Nodes, static one => Assert.Equal((AutoscalerDecision.Keep, Reason.Needed), (one.Decision, one.Reason)));
    }

    [Theory]
    [InlineData("count", "\"deviceClassName\":\"gpu\",\"count\":2", ByDriver, "")]
    [InlineData("mode", "\"deviceClassName\":\"gpu\",\"allocationMode\":\"ExactCount\",\"count\":1", ByDriver, "")]
    [InlineData("all", "\"deviceClassName\":\"gpu\",\"allocationMode\":\"All\"", ByDriver, "the claim has allocationMode All")]
    [InlineData("admin", "\"deviceClassName\":\"gpu\",\"adminAccess\":true", ByDriver, "the claim has adminAccess")]
    [InlineData(
        "cel",
        "\"deviceClassName\":\"gpu\",\"selectors\":[{\"cel\":{\"expression\":\"true\"}}]",
        ByDriver,
        "the claim selects devices by CEL"
    )]
    [InlineData(
        "part",
        "\"deviceClassName\":\"gpu\",\"capacity\":{\"requests\":{\"memory\":\"1Gi\"}}",
        ByDriver,
        "the claim requests a part of a device"
    )]
    [InlineData("class", "\"deviceClassName\":\"tpu\"", ByDriver, "DeviceClass 'tpu' does not exist")]
    [InlineData("any", Exactly, "[]", "DeviceClass 'gpu' does not select devices by device.driver == \"NAME\" alone")]
    [InlineData("quote", Exactly, """[{"cel":{"expression":"device.driver == 'gpu.example.com'"}}]""", "")]
    [InlineData(
        "attribute",
        Exactly,
        """[{"cel":{"expression":"device.driver == 'gpu.example.com' && device.attributes['x'].y == 'z'"}}]""",
        "DeviceClass 'gpu' does not select devices by device.driver == \"NAME\" alone"
    )]
    [InlineData(
        "two",
        Exactly,
        """[{"cel":{"expression":"device.driver == 'gpu.example.com'"}},{"cel":{"expression":"true"}}]""",
        "DeviceClass 'gpu' does not select devices by device.driver == \"NAME\" alone"
    )]
    public void Only_a_number_of_devices_of_one_driver_is_judged(string name, string request, string selectors, string problem)
    {
        foreach (string version in (string[])["v1", "v1beta1"])
            AssertJudged(Devices(version, request: request, selectors: selectors), problem, $"{name} {version}");
    }

    [Theory]
    [InlineData("two requests", "the claim has 2 requests, and one can be judged")]
    [InlineData("no request", "the claim has 0 requests, and one can be judged")]
    [InlineData("constraints", "the claim has constraints between devices")]
    [InlineData("alternatives", "the claim has alternatives (firstAvailable)")]
    [InlineData("no template", "ResourceClaimTemplate 'gpu' does not exist")]
    [InlineData("not on nodes", "driver gpu.example.com has devices that do not belong to one node")]
    [InlineData("forbidden", "the devices of the cluster cannot be read (no)")]
    public void Other_claims_are_refused_with_the_reason(string variant, string problem)
    {
        DeviceInput devices = Devices("v1");
        ResourceClaimSpec spec = devices.Templates[0].Spec.Spec;
        switch (variant)
        {
            case "two requests":
                spec.Devices.Requests!.Add(spec.Devices.Requests[0]);
                break;
            case "no request":
                spec.Devices.Requests = null;
                break;
            case "constraints":
                spec.Devices.Constraints = [JsonElement.Parse("{}")];
                break;
            case "alternatives":
                spec.Devices.Requests![0].FirstAvailable = [JsonElement.Parse("{}")];
                break;
            case "no template":
                devices = devices with { Templates = [] };
                break;
            case "not on nodes":
                devices.Slices[0].Spec.NodeName = null;
                break;
            default:
                devices = DeviceInput.Unknown("the devices of the cluster cannot be read (no)");
                break;
        }

        AssertJudged(devices, problem, variant);
    }

    [Theory]
    [InlineData("free", "")]
    [InlineData("allocated", "the devices of ResourceClaim 'mine' are allocated already")]
    [InlineData("shared", "ResourceClaim 'mine' is shared by 2 pods")]
    [InlineData("missing", "ResourceClaim 'mine' does not exist")]
    public void A_claim_of_its_own_is_judged_for_one_pod_only(string state, string problem)
    {
        DeviceInput devices = Devices("v1");
        ResourceClaim claim = new()
        {
            Metadata = new() { Name = "mine", Namespace = "shop" },
            Spec = devices.Templates[0].Spec.Spec,
        };
        if (state == "allocated")
            claim.Status.Allocation = new();
        devices = devices with { Claims = state == "missing" ? [] : [claim] };
        Pod named = Waiting("b").With(static pod => pod.Spec.ResourceClaims = [new() { Name = "g", ResourceClaimName = "mine" }]);
        Pod other = Waiting("c").With(static pod => pod.Spec.ResourceClaims = [new() { Name = "g", ResourceClaimName = "mine" }]);

        ScalePlan plan = ScalePlanner.Plan(Shop(state == "shared" ? [named, other] : [named]).With(devices));

        AssertPod(plan, problem, state);
    }

    [Theory]
    [InlineData("plain", 2)]
    [InlineData("incomplete pool", null)]
    [InlineData("older generation", 2)]
    [InlineData("tainted", 1)]
    [InlineData("partitioned", 1)]
    [InlineData("shared", 1)]
    [InlineData("taken by another claim", 1)]
    public void Devices_that_the_scheduler_does_not_allocate_do_not_count(string state, int? count)
    {
        foreach (string version in (string[])["v1", "v1beta1"])
        {
            DeviceInput devices = Devices(version);
            ResourceSliceSpec slice = devices.Slices[0].Spec;
            DeviceDetails first = slice.Devices![0].Basic ?? slice.Devices[0];
            switch (state)
            {
                case "incomplete pool":
                    slice.Pool.ResourceSliceCount = 2;
                    break;
                case "older generation":
                    ResourceSlice old = Devices(version, perNode: 5).Slices[0];
                    old.Spec.Pool.Generation = 0;
                    devices = devices with { Slices = [.. devices.Slices, old] };
                    break;
                case "tainted":
                    first.Taints = [JsonElement.Parse("{}")];
                    break;
                case "partitioned":
                    first.ConsumesCounters = [JsonElement.Parse("{}")];
                    break;
                case "shared":
                    first.AllowMultipleAllocations = true;
                    break;
                case "taken by another claim":
                    ResourceClaim other = new()
                    {
                        Metadata = new() { Name = "x", Namespace = "other" },
                    };
                    other.Status.Allocation = new()
                    {
                        Devices = new()
                        {
                            Results =
                            [
                                new()
                                {
                                    Driver = "gpu.example.com",
                                    Pool = "n1",
                                    Device = "d1",
                                },
                            ],
                        },
                    };
                    devices = devices with { Claims = [other] };
                    break;
            }

            (IReadOnlyList<Node> nodes, _) = DevicePlanning.Apply([Node("n1")], [Pod("b", "gpu")], devices);

            decimal? shown = nodes[0].Status.Allocatable!.TryGetValue("devices.resource.k8s.io/gpu.example.com", out var amount)
                ? amount.Value
                : null;
            Assert.Equal(count, shown);
        }
    }

    [Fact]
    public void Nothing_is_changed_without_claims()
    {
        Node[] nodes = [Node("n1")];
        Pod[] pods = [Waiting("a")];

        var applied = DevicePlanning.Apply(nodes, pods, Devices("v1"));

        Assert.Same(nodes, applied.Nodes);
        Assert.Same(pods, applied.Pods);
    }

    [Fact]
    public void The_given_pods_and_nodes_stay_as_they_are()
    {
        Pod pod = Pod("b", "gpu");
        Node node = Node("n1");

        DevicePlanning.Apply([node], [pod], Devices("v1"));

        Assert.Single(pod.Spec.ResourceClaims!);
        Assert.Null(pod.Spec.Overhead);
        Assert.Equal(3, node.Status.Allocatable!.Count);
    }

    private static void AssertJudged(DeviceInput devices, string problem, string name) =>
        AssertPod(ScalePlanner.Plan(Shop(Pod("b", "gpu")).With(devices)), problem, name);

    private static void AssertPod(ScalePlan plan, string problem, string name)
    {
        if (problem.Length == 0)
        {
            Assert.True(plan.Pod("b").Decision == AutoscalerDecision.Place, $"{name}: {plan.Pod("b").Message}");
            return;
        }

        Assert.Empty(plan.Machines);
        Assert.Equal((AutoscalerDecision.Wait, Reason.ResourceClaims), (plan.Pod("b").Decision, plan.Pod("b").Reason));
        Assert.True(
            plan.Pod("b").Message.EndsWith($"which cannot be planned for: {problem}.", StringComparison.Ordinal),
            $"{name}: {plan.Pod("b").Message}"
        );
    }

    // A pool with node n1, whose claim names its shape.
    private static ScaleInput Shop(params IEnumerable<Pod> pods)
    {
        ScaleInput input = Running(Fours(), 1, pods);
        input.Claims[0].Spec.Shape = "four";
        return input;
    }

    private static Pod Pod(string name, string template) =>
        Waiting(name, "100m").With(pod => pod.Spec.ResourceClaims = [new() { Name = "g", ResourceClaimTemplateName = template }]);

    private static DeviceInput Devices(
        string version,
        int perNode = 2,
        int count = 1,
        string request = Exactly,
        string selectors = ByDriver,
        string[]? nodes = null
    )
    {
        bool isOld = version == "v1beta1";
        string Request(string details) => isOld ? "{\"name\":\"r\"," + details + "}" : "{\"name\":\"r\",\"exactly\":{" + details + "}}";
        string Template(string name, string details) =>
            $$$$$"""{"metadata":{"name":"{{{{{name}}}}}","namespace":"shop"},"spec":{"spec":{"devices":{"requests":[{{{{{Request(details)}}}}}]}}}}""";
        string Device(int number) =>
            isOld ? $$$$"""{"name":"d{{{{number}}}}","basic":{"attributes":{}}}""" : $$$$"""{"name":"d{{{{number}}}}","attributes":{}}""";
        string Slice(string node) =>
            $$$$"""{"metadata":{"name":"{{{{node}}}}-1"},"spec":{"driver":"gpu.example.com","nodeName":"{{{{node}}}}","pool":{"name":"{{{{node}}}}","generation":1,"resourceSliceCount":1},"devices":[{{{{string.Join(',', Enumerable.Range(1, perNode).Select(Device))}}}}]}}""";
        string type = $$$$"""{"metadata":{"name":"gpu"},"spec":{"selectors":{{{{selectors}}}} }}""";
        return new(
            [],
            JsonSerializer
                .Deserialize(
                    List(Template("gpu", request), Template("several", $"{Exactly},\"count\":{count}")),
                    KubernetesJson.Default.KubernetesListResourceClaimTemplate
                )!
                .Items,
            JsonSerializer.Deserialize(List(type), KubernetesJson.Default.KubernetesListDeviceClass)!.Items,
            JsonSerializer
                .Deserialize(List([.. (nodes ?? ["n1"]).Select(Slice)]), KubernetesJson.Default.KubernetesListResourceSlice)!
                .Items
        );

        static string List(params string[] items) => $$$"""{"metadata":{},"items":[{{{string.Join(',', items)}}}]}""";
    }
}
