using System.Globalization;
using BenchmarkDotNet.Attributes;
using NodeManager.Bench.Inside;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Quantities;
using NodeManager.Scheduling;
using NodeManager.Scheduling.Decisions;

namespace NodeManager.Bench.Micro;

/// <summary>Filters and scores of one pod over a thousand nodes, and plans of new machines.</summary>
public class PlacementBenchmarks
{
    private const int Zones = 3;

    private readonly int _pods = 1000;

    private readonly ClusterSnapshot _snapshot = ClusterSnapshot.Of(Enumerable.Range(0, 1000).Select(NodeOf), []);

    private readonly Pod _plain = new PodMix(1).Plain(1, Zones)[0];

    // The last of five is apart from the others on each host.
    private readonly Pod _apart = new PodMix(1).Make(5)[^1];

    [Benchmark]
    public Placement Place() => PodPlacement.Find(_plain, _snapshot);

    [Benchmark]
    public Placement PlaceApart() => PodPlacement.Find(_apart, _snapshot);

    [Benchmark]
    public int Plan() => Planning.Plan(_pods, 0).Machines.Count;

    private static Node NodeOf(int number)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"node-{number:0000}");
        return new()
        {
            Metadata = new()
            {
                Name = name,
                Uid = name,
                Labels = new() { ["kubernetes.io/hostname"] = name, ["topology.kubernetes.io/zone"] = $"zone-{(number % Zones) + 1}" },
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
