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
using NodeManager.Scheduling;

namespace NodeManager.Bench.Inside;

/// <summary>One plan of the autoscaler, the first of its process.</summary>
internal static class Planning
{
    private static readonly string[] Zones = ["zone-1", "zone-2", "zone-3"];

    /// <param name="pods">How many wait.</param>
    /// <param name="nodes">How many are there already; then the pods have requests, selectors and tolerations. 0: Karpenter's mix.</param>
    /// <param name="isRich">True for shapes with prices, disks and devices, chosen by price, and pods that request them.</param>
    /// <exception cref="InvalidOperationException">A pod got no place.</exception>
    public static void Run(int pods, int nodes, bool isRich)
    {
        ScaleInput input = Input(pods, nodes, isRich);
        TimeSpan before = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        ScalePlan plan = ScalePlanner.Plan(input);
        TimeSpan took = watch.Elapsed,
            cpu = Environment.CpuUsage.TotalTime - before;
        using var process = Process.GetCurrentProcess();
        long peak = process.PeakWorkingSet64;
        if (plan.Pods.Any(static pod => pod.Decision == AutoscalerDecision.Wait))
            throw new InvalidOperationException("Not all pods got a place.");

        // What the requests alone need of the largest machine, and one host for each pod that wants a host of its own.
        decimal cores = Sum(input, "cpu"),
            memory = Sum(input, "memory");
        int bySum = (int)
            Math.Max(Math.Ceiling(cores / 399.9m), Math.Max(Math.Ceiling(memory / ((819200 - 256) * 1048576m)), Math.Ceiling(pods / 110m)));
        int apart = input.Pods.Count(static pod => pod.Spec.Affinity?.PodAntiAffinity is not null);
        if (nodes == 0)
        {
            Console.Error.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{plan.Machines.Count} machines (at least {Math.Max(bySum, apart)} are needed) with {plan.Machines.Sum(static one => one.CpuCores):N0} cores for requests of {cores:N0}"
                )
            );
        }

        InsideProcess.Write(new(took.TotalMilliseconds, cpu.TotalMilliseconds, peak));
    }

    /// <summary>The same, unmeasured.</summary>
    public static ScalePlan Plan(int pods, int nodes) => ScalePlanner.Plan(Input(pods, nodes, isRich: false));

    private static ScaleInput Input(int pods, int nodes, bool isRich)
    {
        BuiltInMachineProviders.Register();
        List<Pod> waiting = nodes == 0 ? new PodMix(42).Make(pods) : new PodMix(42).Plain(pods, Zones.Length);
        if (isRich)
            Enrich(waiting);
        return new()
        {
            Policy = ScalePolicy.Of([new() { Spec = new() { Expanders = isRich ? ["price"] : null } }]),
            Now = DateTimeOffset.UnixEpoch.AddHours(1),
            Nodes = [.. Enumerable.Range(1, nodes).Select(NodeOf)],
            Pods = waiting,
            Pools = [Pool(isRich)],
            Providers =
            [
                new()
                {
                    Metadata = new() { Name = "provider" },
                    Spec = JsonSerializer.Deserialize(
                        """{"type":"simulated","simulated":{"zones":["zone-1","zone-2","zone-3"]}}""",
                        NodeSmithJson.Default.NodeSmithProviderSpec
                    )!,
                },
            ],
        };
    }

    private static decimal Sum(ScaleInput input, string resource) =>
        input.Pods.Sum(pod => PodRequests.Of(pod.Spec).GetValueOrDefault(resource));

    // Every fifth pod requests a part of the disk, and every twentieth a device.
    private static void Enrich(List<Pod> pods)
    {
        for (int index = 0; index < pods.Count; index += 5)
        {
            Dictionary<string, Quantity> requests = pods[index].Spec.Containers[0].Resources!.Requests!;
            requests["ephemeral-storage"] = Quantity.Parse(index % 2 == 0 ? "1Gi" : "4Gi");
            if (index % 20 == 0)
                requests["nvidia.com/gpu"] = Quantity.Parse("1");
        }
    }

    private static NodeSmithShape Rich(NodeSmithShape shape)
    {
        shape.Resources = new() { ["ephemeral-storage"] = Quantity.Parse($"{100 + shape.CpuCores}Gi") };
        if (shape.CpuCores % 8 == 0)
            shape.Resources["nvidia.com/gpu"] = Quantity.Parse("4");
        return shape;
    }

    private static NodeSmithPool Pool(bool isRich) =>
        new()
        {
            Metadata = new() { Name = "pool" },
            Spec = new()
            {
                ProviderRef = "provider",
                Price = isRich
                    ? new()
                    {
                        Currency = "EUR",
                        PerHour = "0.01",
                        PerCoreHour = "0.02",
                        PerGiBHour = "0.004",
                    }
                    : null,
                // As the benchmark's instance types: 1 core and 2 GiB, 2 and 4, …, 400 and 800.
                MachineTemplate = new()
                {
                    Shapes =
                    [
                        .. Enumerable
                            .Range(1, 400)
                            .Select(static size => new NodeSmithShape
                            {
                                Name = $"type-{size}",
                                CpuCores = size,
                                MemoryMiB = size * 2048L,
                            })
                            .Select(shape => isRich ? Rich(shape) : shape),
                    ],
                },
            },
        };

    private static Node NodeOf(int number)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"node-{number:00000}");
        return new()
        {
            Metadata = new()
            {
                Name = name,
                Uid = name,
                Labels = new() { ["kubernetes.io/hostname"] = name, ["topology.kubernetes.io/zone"] = Zones[number % Zones.Length] },
            },
            Spec = new()
            {
                Taints =
                    number % 4 == 0
                        ?
                        [
                            new()
                            {
                                Key = "dedicated",
                                Value = "batch",
                                Effect = "NoSchedule",
                            },
                        ]
                        : null,
            },
            Status = new()
            {
                Allocatable = new()
                {
                    ["cpu"] = Quantity.Parse("16"),
                    ["memory"] = Quantity.Parse("64Gi"),
                    ["pods"] = Quantity.Parse("110"),
                },
            },
        };
    }
}
