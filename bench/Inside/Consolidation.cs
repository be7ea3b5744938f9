using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using NodeManager.Autoscaling.Planning;
using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Autoscaling.Resources;
using NodeManager.Bench.Clients;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Quantities;
using NodeManager.Providers;

namespace NodeManager.Bench.Inside;

/// <summary>One plan of the autoscaler for a full cluster whose nodes may be replaced by cheaper ones, the first of its process.</summary>
internal static class Consolidation
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddDays(1);

    /// <exception cref="InvalidOperationException">Not all nodes have a decision.</exception>
    public static void Run(int pods, int nodes)
    {
        ScaleInput input = Input(pods, nodes);
        TimeSpan before = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        ScalePlan plan = ScalePlanner.Plan(input);
        TimeSpan took = watch.Elapsed,
            cpu = Environment.CpuUsage.TotalTime - before;
        using var process = Process.GetCurrentProcess();
        if (plan.Nodes.Count != nodes)
            throw new InvalidOperationException("Not all nodes have a decision.");
        InsideProcess.Write(new(took.TotalMilliseconds, cpu.TotalMilliseconds, process.PeakWorkingSet64));
    }

    // Each node is as small as its pods permit: all pods are searched for a place, and nearly none has one.
    private static ScaleInput Input(int pods, int nodes)
    {
        BuiltInMachineProviders.Register();
        List<Pod> running = new PodMix(42).Plain(pods, 3);
        for (int index = 0; index < running.Count; index++)
            Run(running[index], NameOf((index % nodes) + 1));
        ILookup<string, Pod> onNode = running.ToLookup(static pod => pod.Spec.NodeName!);
        int[] cores = [.. Enumerable.Range(1, nodes).Select(number => CoresFor(onNode[NameOf(number)]))];
        return new()
        {
            Now = Now,
            Nodes = [.. cores.Select(static (size, index) => NodeOf(index + 1, size))],
            Pods = running,
            Pools = [Pool()],
            Claims = [.. cores.Select(static (size, index) => ClaimOf(index + 1, size))],
            Providers =
            [
                new()
                {
                    Metadata = new() { Name = "provider" },
                    Spec = JsonSerializer.Deserialize(
                        """{"type":"simulated","simulated":{}}""",
                        NodeSmithJson.Default.NodeSmithProviderSpec
                    )!,
                },
            ],
        };
    }

    private static string NameOf(int number) => string.Create(CultureInfo.InvariantCulture, $"node-{number:00000}");

    private static int CoresFor(IEnumerable<Pod> pods)
    {
        List<Dictionary<string, Quantity>> requests = [.. pods.Select(static pod => pod.Spec.Containers[0].Resources!.Requests!)];
        decimal cpu = requests.Sum(static one => one["cpu"].Value),
            memory = requests.Sum(static one => one["memory"].Value);
        return (int)Math.Ceiling(Math.Max(cpu, memory / (2L << 30)));
    }

    private static void Run(Pod pod, string node)
    {
        pod.Spec.NodeName = node;
        pod.Spec.NodeSelector = null;
        pod.Metadata.OwnerReferences =
        [
            new()
            {
                ApiVersion = "apps/v1",
                Kind = "ReplicaSet",
                Name = "web",
                Uid = "web",
                Controller = true,
            },
        ];
        pod.Status = new()
        {
            Phase = "Running",
            StartTime = DateTimeOffset.UnixEpoch,
            Conditions = [new() { Type = "Ready", Status = "True" }],
        };
    }

    private static NodeSmithPool Pool() =>
        new()
        {
            Metadata = new() { Name = "pool", Uid = "pool" },
            Spec = new()
            {
                ProviderRef = "provider",
                Price = new() { Currency = "EUR", PerCoreHour = "0.02" },
                ScaleDown = new()
                {
                    Consolidation = new() { Mode = "MultiNode", Replace = true },
                },
                MachineTemplate = new()
                {
                    SystemReserved = new() { CpuMillicores = 0, MemoryMiB = 0 },
                    Shapes =
                    [
                        .. Enumerable
                            .Range(1, 32)
                            .Select(static cores => new NodeSmithShape
                            {
                                Name = $"type-{cores}",
                                CpuCores = cores,
                                MemoryMiB = cores * 2048L,
                            }),
                    ],
                },
            },
        };

    private static NodeSmithClaim ClaimOf(int number, int cores)
    {
        string name = NameOf(number);
        return new()
        {
            Metadata = new() { Name = "claim-" + name, Uid = "claim-" + name },
            Spec = new()
            {
                PoolRef = "pool",
                Shape = string.Create(CultureInfo.InvariantCulture, $"type-{cores}"),
                Requirements = new() { CpuCores = cores, MemoryMiB = cores * 2048L },
            },
            Status = new() { NodeName = name, Conditions = [new() { Type = NodeSmithConditions.Initialized, Status = "True" }] },
        };
    }

    private static Node NodeOf(int number, int cores)
    {
        string name = NameOf(number);
        return new()
        {
            Metadata = new()
            {
                Name = name,
                Uid = name,
                Labels = new() { ["kubernetes.io/hostname"] = name, [NodeSmithNames.DefaultPoolLabelKey] = "pool" },
            },
            Status = new()
            {
                Allocatable = new()
                {
                    ["cpu"] = Quantity.Parse(string.Create(CultureInfo.InvariantCulture, $"{cores}")),
                    ["memory"] = Quantity.Parse(string.Create(CultureInfo.InvariantCulture, $"{cores * 2}Gi")),
                    ["pods"] = Quantity.Parse("110"),
                },
                Conditions = [new() { Type = "Ready", Status = "True" }],
            },
        };
    }
}
