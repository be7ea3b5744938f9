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
    /// <exception cref="InvalidOperationException">A pod got no place.</exception>
    public static void Run(int pods, int nodes)
    {
        ScaleInput input = Input(pods, nodes);
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
    public static ScalePlan Plan(int pods, int nodes) => ScalePlanner.Plan(Input(pods, nodes));

    private static ScaleInput Input(int pods, int nodes)
    {
        BuiltInMachineProviders.Register();
        return new()
        {
            Now = DateTimeOffset.UnixEpoch.AddHours(1),
            Nodes = [.. Enumerable.Range(1, nodes).Select(NodeOf)],
            Pods = nodes == 0 ? new PodMix(42).Make(pods) : new PodMix(42).Plain(pods, Zones.Length),
            Pools = [Pool()],
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

    private static NodeSmithPool Pool() =>
        new()
        {
            Metadata = new() { Name = "pool" },
            Spec = new()
            {
                ProviderRef = "provider",
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
                            }),
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
