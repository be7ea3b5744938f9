using NodeManager.Core.Tests.Support;
using NodeManager.Kubernetes.Models;
using NodeManager.Scheduling;
using NodeManager.Scheduling.Decisions;

namespace NodeManager.Core.Tests.Maintenance;

/// <summary>Rules that follow the moves of pods answer as rules that are recreated after each move.</summary>
public sealed class PlacementSimulatorTests
{
    [Fact]
    public void Incremental_placement_agrees_with_a_full_computation()
    {
        for (int seed = 0; seed < 150; seed++)
        {
            RandomFleet fleet = new(seed);
            if (fleet.Pods.Count == 0)
                continue;
            Random random = new(seed);
            ClusterSnapshot snapshot = fleet.Snapshot();
            PlacementSimulator simulator = new(snapshot);
            for (int move = 0; move < 40; move++)
            {
                Pod pod = fleet.Pods[random.Next(fleet.Pods.Count)];
                simulator.Remove(pod);
                PodFit kept = simulator.FitOf(pod),
                    made = new(pod, snapshot);
                foreach (NodeState node in snapshot.Nodes)
                    Assert.Equal($"seed {seed}, move {move}: {made.Evaluate(node)}", $"seed {seed}, move {move}: {kept.Evaluate(node)}");
                if (random.Next(4) > 0)
                    simulator.Assume(pod, fleet.Nodes[random.Next(fleet.Nodes.Count)].Metadata.Name);
            }
        }
    }

    [Fact]
    public void The_simulator_selects_the_node_that_placement_selects()
    {
        for (int seed = 0; seed < 60; seed++)
        {
            RandomFleet fleet = new(seed);
            ClusterSnapshot snapshot = fleet.Snapshot();
            PlacementSimulator simulator = new(snapshot);
            List<NodeState> nodes = [.. snapshot.Nodes];
            foreach (Pod pod in fleet.Pods.Take(30))
            {
                simulator.Remove(pod);
                NodeManager.Scheduling.Decisions.Placement expected = PodPlacement.Find(pod, snapshot),
                    found = simulator.Find(pod, nodes, false),
                    first = simulator.Find(pod, nodes, true);
                Assert.Equal((expected.Verdict, expected.Node, expected.Message), (found.Verdict, found.Node, found.Message));
                Assert.Equal((expected.Verdict, expected.Message), (first.Verdict, first.Message));
                if (found.Node is { } node)
                    simulator.Assume(pod, node);
            }
        }
    }
}
