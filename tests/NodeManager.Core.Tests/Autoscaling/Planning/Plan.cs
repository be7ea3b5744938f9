using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Autoscaling.Resources;
using NodeManager.Core.Tests.Support;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Quantities;
using NodeManager.Providers;

namespace NodeManager.Core.Tests.Autoscaling.Planning;

/// <summary>Small clusters to plan for.</summary>
internal static class Plan
{
    public const string Zone = "topology.kubernetes.io/zone",
        Host = "kubernetes.io/hostname";

    public static readonly DateTimeOffset Now = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    // As every program that plans.
    [ModuleInitializer]
    internal static void RegisterProviders() => BuiltInMachineProviders.Register();

    public static ScaleInput Input(NodeSmithPool pool, params IEnumerable<Pod> pods) =>
        new()
        {
            Now = Now,
            Nodes = [],
            Pods = [.. pods.Select(Sample.Kept)],
            Pools = [pool],
            Providers =
            [
                new()
                {
                    Metadata = new() { Name = "p" },
                    Spec = Spec("""{"type":"simulated","simulated":{}}"""),
                },
            ],
        };

    public static ScaleInput InZones(this ScaleInput input, params string[] zones) =>
        input with
        {
            Providers =
            [
                new()
                {
                    Metadata = new() { Name = "p" },
                    Spec = Spec($$"""{"type":"simulated","simulated":{"zones":{{JsonSerializer.Serialize(zones)}} } }"""),
                },
            ],
        };

    /// <summary>A provider's spec.</summary>
    public static NodeSmithProviderSpec Spec(string json) => JsonSerializer.Deserialize(json, NodeSmithJson.Default.NodeSmithProviderSpec)!;

    public static NodeSmithPool Pool(string name = "workers", params (string Name, long Cores, long MiB)[] shapes) =>
        new()
        {
            Metadata = new() { Name = name },
            Spec = new()
            {
                ProviderRef = "p",
                MachineTemplate = new()
                {
                    Shapes =
                        shapes.Length == 0
                            ? null
                            :
                            [
                                .. shapes.Select(static one => new NodeSmithShape
                                {
                                    Name = one.Name,
                                    CpuCores = one.Cores,
                                    MemoryMiB = one.MiB,
                                }),
                            ],
                    SystemReserved = new() { CpuMillicores = 0, MemoryMiB = 0 },
                },
            },
        };

    /// <summary>A pool whose machines have 4 cores and 8 GiB.</summary>
    public static NodeSmithPool Fours() => Pool("workers", ("four", 4, 8192));

    public static Pod Waiting(string name, string cpu = "1", string memory = "1Gi") =>
        new()
        {
            Metadata = new()
            {
                Name = name,
                Namespace = "shop",
                Uid = "uid-" + name,
                Labels = new() { ["app"] = "web" },
                CreationTimestamp = Now.AddMinutes(-5),
                OwnerReferences =
                [
                    new()
                    {
                        ApiVersion = "apps/v1",
                        Kind = "ReplicaSet",
                        Name = "web",
                        Uid = "rs",
                        Controller = true,
                    },
                ],
            },
            Spec = new()
            {
                Containers =
                [
                    new()
                    {
                        Name = "c",
                        Resources = new()
                        {
                            Requests = new() { ["cpu"] = Quantity.Parse(cpu), ["memory"] = Quantity.Parse(memory) },
                        },
                    },
                ],
            },
            Status = new()
            {
                Phase = "Pending",
                Conditions =
                [
                    new()
                    {
                        Type = "PodScheduled",
                        Status = "False",
                        Reason = "Unschedulable",
                        LastTransitionTime = Now.AddMinutes(-1),
                    },
                ],
            },
        };

    public static IEnumerable<Pod> Several(int count, Func<int, Pod> make) => Enumerable.Range(1, count).Select(make);

    public static IEnumerable<Pod> Several(int count, string cpu = "1", string memory = "1Gi") =>
        Several(count, number => Waiting(string.Create(CultureInfo.InvariantCulture, $"web-{number:000}"), cpu, memory));

    public static Pod On(this Pod pod, string node)
    {
        pod.Spec.NodeName = node;
        pod.Status = new()
        {
            Phase = "Running",
            StartTime = Now.AddHours(-1),
            Conditions = [new() { Type = "Ready", Status = "True" }],
        };
        return pod;
    }

    public static Pod With(this Pod pod, Action<Pod> change)
    {
        change(pod);
        return pod;
    }

    public static Node Node(string name, string cpu = "4", string memory = "8Gi", string? pool = "workers", string? zone = null)
    {
        Dictionary<string, string> labels = new() { [Host] = name, ["kubernetes.io/os"] = "linux" };
        if (pool is not null)
            labels[NodeSmithNames.DefaultPoolLabelKey] = pool;
        if (zone is not null)
            labels[Zone] = zone;
        return new()
        {
            Metadata = new()
            {
                Name = name,
                Uid = "uid-" + name,
                Labels = labels,
                CreationTimestamp = Now.AddHours(-2),
            },
            Status = new()
            {
                Allocatable = new()
                {
                    ["cpu"] = Quantity.Parse(cpu),
                    ["memory"] = Quantity.Parse(memory),
                    ["pods"] = Quantity.Parse("110"),
                },
                Conditions = [new() { Type = "Ready", Status = "True" }],
            },
        };
    }

    public static NodeSmithClaim Claim(string node, string pool = "workers", bool isReady = true, long cores = 4, long memory = 8192) =>
        new()
        {
            Metadata = new() { Name = "claim-" + node, Uid = "claim-" + node },
            Spec = new()
            {
                PoolRef = pool,
                Requirements = new() { CpuCores = cores, MemoryMiB = memory },
            },
            Status = isReady
                ? new() { NodeName = node, Conditions = [Condition(NodeSmithConditions.Initialized), Condition(NodeSmithConditions.Ready)] }
                : new() { Conditions = [Condition(NodeSmithConditions.Launched)] },
        };

    /// <summary>A pool with so many ready nodes, and what runs on them.</summary>
    public static ScaleInput Running(NodeSmithPool pool, int nodes, params IEnumerable<Pod> pods)
    {
        string[] names = [.. Enumerable.Range(1, nodes).Select(number => string.Create(CultureInfo.InvariantCulture, $"n{number}"))];
        return Input(pool, pods) with { Nodes = [.. names.Select(name => Node(name))], Claims = [.. names.Select(name => Claim(name))] };
    }

    public static NodeSmithCondition Condition(string type, string status = "True") => new() { Type = type, Status = status };

    public static NodeScalePlanPod Pod(this ScalePlan plan, string name) => Assert.Single(plan.Pods, pod => pod.Name == name);

    public static NodeScalePlanNode Node(this ScalePlan plan, string name) => Assert.Single(plan.Nodes, node => node.Node == name);
}
