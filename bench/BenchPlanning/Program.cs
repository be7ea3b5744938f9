using System.Diagnostics;
using System.Globalization;
using NodeManager;
using NodeManager.Bench;
using NodeManager.Core.Autoscaling.Planning;
using NodeManager.Core.Autoscaling.Planning.Inputs;
using NodeManager.Core.Autoscaling.Resources;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Quantities;
using NodeManager.Scheduling;

// BenchPlanning mix PODS | nodes PODS NODES: plans once in this process, cold, and prints a row of the table.
string[] zones = ["zone-1", "zone-2", "zone-3"];
(string kind, int count, int nodes) = args switch
{
    ["mix", var pods] => ("mix", int.Parse(pods, CultureInfo.InvariantCulture), 0),
    ["nodes", var pods, var there] => ("nodes", int.Parse(pods, CultureInfo.InvariantCulture), int.Parse(there, CultureInfo.InvariantCulture)),
    _ => throw new ArgumentException("BenchPlanning mix PODS | nodes PODS NODES"),
};
ScaleInput input = new()
{
    Now = DateTimeOffset.UnixEpoch.AddHours(1),
    Nodes = [.. Enumerable.Range(1, nodes).Select(NodeOf)],
    Pods = kind == "mix" ? new PodMix(42).Make(count) : new PodMix(42).Plain(count, zones.Length),
    Pools = [Pool()],
    Providers = [new() { Metadata = new() { Name = "provider" }, Spec = new() { Type = "simulated", Simulated = new() { Zones = [.. zones] } } }],
};
long before = GC.GetTotalAllocatedBytes();
var watch = Stopwatch.StartNew();
ScalePlan plan = ScalePlanner.Plan(input);
TimeSpan first = watch.Elapsed;
long allocated = GC.GetTotalAllocatedBytes() - before;
Process.GetCurrentProcess().Refresh();
long peak = Process.GetCurrentProcess().PeakWorkingSet64;
watch.Restart();
ScalePlanner.Plan(input);
TimeSpan second = watch.Elapsed;

// What the requests alone need of the largest machine, and one host for each pod that wants a host of its own.
decimal cpu = input.Pods.Sum(static pod => PodRequests.Of(pod.Spec).GetValueOrDefault("cpu")), memory = input.Pods.Sum(static pod => PodRequests.Of(pod.Spec).GetValueOrDefault("memory"));
int bySum = (int)Math.Max(Math.Ceiling(cpu / 399.9m), Math.Max(Math.Ceiling(memory / ((819200 - 256) * 1048576m)), Math.Ceiling(count / 110m)));
int apart = input.Pods.Count(static pod => pod.Spec.Affinity?.PodAntiAffinity is not null);
Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
    $"| {kind} | {count:N0} | {nodes:N0} | {first.TotalMilliseconds:N0} ms | {second.TotalMilliseconds:N0} ms | {peak / 1048576:N0} MB | {allocated / 1048576:N0} MB | {plan.Pods.Count(static pod => pod.Decision != ScaleDecision.Wait):N0} | {plan.Machines.Count:N0} | {Math.Max(bySum, apart):N0} | {plan.Machines.Sum(static one => one.CpuCores):N0} / {cpu:N0} |"));

static NodeSmithPool Pool() => new()
{
    Metadata = new() { Name = "pool" },
    Spec = new()
    {
        ProviderRef = "provider",
        // As the benchmark's instance types: 1 core and 2 GiB, 2 and 4, …, 400 and 800.
        MachineTemplate = new() { Shapes = [.. Enumerable.Range(1, 400).Select(static size => new NodeSmithShape { Name = $"type-{size}", CpuCores = size, MemoryMiB = size * 2048L })] },
    },
};

Node NodeOf(int number)
{
    string name = string.Create(CultureInfo.InvariantCulture, $"node-{number:00000}");
    return new()
    {
        Metadata = new() { Name = name, Uid = name, Labels = new() { ["kubernetes.io/hostname"] = name, ["topology.kubernetes.io/zone"] = zones[number % zones.Length] } },
        Spec = new() { Taints = number % 4 == 0 ? [new() { Key = "dedicated", Value = "batch", Effect = "NoSchedule" }] : null },
        Status = new() { Allocatable = new() { ["cpu"] = Quantity.Parse("16"), ["memory"] = Quantity.Parse("64Gi"), ["pods"] = Quantity.Parse("110") } },
    };
}
