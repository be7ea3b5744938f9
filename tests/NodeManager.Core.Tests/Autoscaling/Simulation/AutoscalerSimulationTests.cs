using NodeManager.Autoscaling.Forecasts.Simulation;

namespace NodeManager.Core.Tests.Autoscaling.Simulation;

/// <summary>The real planner on simulated time: what is known of small loads, and of each setting.</summary>
public sealed class AutoscalerSimulationTests
{
    private const long GiB = 1L << 30;

    private static readonly SimulatedMachines Machines = new(
        [
            new()
            {
                Name = "small",
                CpuCores = 4,
                Memory = 16 * GiB,
                Price = 0.2m,
            },
            new()
            {
                Name = "large",
                CpuCores = 16,
                Memory = 64 * GiB,
                Price = 0.8m,
            },
        ],
        "EUR",
        TimeSpan.FromSeconds(100),
        0
    );

    public static TheoryData<string> Settings => [.. SimulatedAutoscaler.All.Select(static one => one.Name)];

    [Fact]
    public void One_pod_gets_a_machine_that_goes_when_it_has_been_idle()
    {
        NodeAutoscalerMeasurement found = Run("NodeManager", [new(TimeSpan.Zero, 1, GiB, TimeSpan.FromMinutes(30))], TimeSpan.FromHours(2));

        Assert.Equal((1, 1, 1, 0, 0), (found.Pods, found.NodesCreated, found.NodesRemoved, found.Evicted, found.Unplaced));
        // A pause of a second, then the machine takes 80 to 120 s.
        Assert.InRange(found.PendingMaximum.TotalSeconds, 81, 121);
        // Half an hour, the delay of 10 minutes, and at most 160 s to come and go.
        Assert.InRange(found.Cost, 0.2m * 40 / 60, 0.2m * 43 / 60);
    }

    [Fact]
    public void Consolidation_moves_pods_and_saves_cost()
    {
        // A long pod on each node that a short one leaves.
        SimulatedPod[] load =
        [
            .. Enumerable.Range(0, 12).Select(static _ => new SimulatedPod(TimeSpan.Zero, 2.5m, GiB, TimeSpan.FromHours(1))),
            .. Enumerable.Range(0, 12).Select(static _ => new SimulatedPod(TimeSpan.Zero, 1, GiB, TimeSpan.FromHours(40))),
        ];

        SimulatedMachines small = Machines with { Shapes = [Machines.Shapes[0]] };
        NodeAutoscalerMeasurement off = Run("NodeManager", load, TimeSpan.FromHours(24), small),
            on = Run("Consolidation", load, TimeSpan.FromHours(24), small);

        Assert.Equal((0, 12, 0), (off.Evicted, off.Samples[^1].Nodes, off.Unplaced));
        // Two pods request more than half of a node, which then stays.
        Assert.Equal((6, 6, 0), (on.Evicted, on.Samples[^1].Nodes, on.Unplaced));
        Assert.InRange(on.Cost, off.Cost * 0.5m, off.Cost * 0.6m);
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void Each_setting_places_all_pods_and_is_the_same_each_time(string setting)
    {
        IReadOnlyList<SimulatedPod> load = SimulatedLoad.Generate(TimeSpan.FromHours(24), 15, 7);

        NodeAutoscalerMeasurement found = Run(setting, load, TimeSpan.FromHours(30)),
            again = Run(setting, load, TimeSpan.FromHours(30));

        Assert.Equal(load.Count, found.Pods);
        Assert.Equal(0, found.Unplaced);
        Assert.Equal(found.NodesCreated - found.NodesRemoved, found.Samples[^1].Nodes);
        Assert.InRange(found.CpuPercent, 10, 100);
        Assert.Equal(
            (found.Cost, found.Evicted, found.PendingPercentile99, found.Plans),
            (again.Cost, again.Evicted, again.PendingPercentile99, again.Plans)
        );
    }

    [Fact]
    public void A_generated_load_has_the_published_distribution()
    {
        IReadOnlyList<SimulatedPod> load = SimulatedLoad.Generate(TimeSpan.FromDays(28), 60, 1);

        Assert.InRange(load.Count, 28 * 24 * 60 * 0.95, 28 * 24 * 60 * 1.05);
        foreach (double share in (double[])[0.25, 0.5, 0.75])
        {
            double expected = Math.Exp((share + 0.18) / 0.10),
                found =
                    load.Order(Comparer<SimulatedPod>.Create(static (x, y) => x.Lifetime.CompareTo(y.Lifetime)))
                        .ElementAt((int)(share * load.Count))
                        .Lifetime.TotalSeconds;
            Assert.InRange(found / expected, 0.8, 1.25);
        }

        Assert.True(load.Count(static one => one.Arrival.Hours is 14 or 15) > 3 * load.Count(static one => one.Arrival.Hours is 2 or 3));
    }

    private static NodeAutoscalerMeasurement Run(
        string setting,
        IReadOnlyList<SimulatedPod> load,
        TimeSpan duration,
        SimulatedMachines? machines = null
    ) =>
        AutoscalerSimulation.Run(
            SimulatedAutoscaler.All.Single(one => one.Name == setting),
            machines ?? Machines,
            load,
            duration,
            1,
            static _ => { },
            default
        );
}
