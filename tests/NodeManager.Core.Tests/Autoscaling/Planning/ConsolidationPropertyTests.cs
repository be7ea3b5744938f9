using System.Globalization;
using NodeManager.Autoscaling.Claims;
using NodeManager.Autoscaling.Planning;
using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Autoscaling.Resources;
using NodeManager.Kubernetes.Models;
using NodeManager.Testing;
using static NodeManager.Core.Tests.Autoscaling.Planning.Plan;

namespace NodeManager.Core.Tests.Autoscaling.Planning;

/// <summary>
/// Consolidation by cost over random clusters. NODEMANAGER_CONSOLIDATIONS sets their number, 200 by default; 10,000 is what is promised.
/// </summary>
public sealed class ConsolidationPropertyTests
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    [Fact]
    public void The_cost_never_rises_no_pod_moves_twice_in_a_window_and_it_ends()
    {
        int replacements = 0;
        for (int seed = 1; seed <= ProofSize.Read("NODEMANAGER_CONSOLIDATIONS", 200); seed++)
            replacements += new World(seed).Run();

        Assert.True(replacements > 0, "No cluster had a replacement.");
    }

    private sealed class World
    {
        private readonly Random _random;
        private readonly int _seed;
        private readonly List<NodeSmithPool> _pools;
        private readonly List<NodeSmithClaim> _claims = [];
        private readonly List<Node> _nodes = [];
        private readonly List<Pod> _pods = [];
        private readonly Dictionary<string, DateTimeOffset> _moved = [];
        private DateTimeOffset _now = Now;
        private ScaleMemory _memory = ScaleMemory.Empty;
        private int _sequence;

        public World(int seed)
        {
            (_seed, _random) = (seed, new(seed));
            _pools =
            [
                .. Enumerable
                    .Range(1, _random.Next(1, 3))
                    .Select(number => PoolOf(string.Create(CultureInfo.InvariantCulture, $"p{number}"))),
            ];
            for (int number = _random.Next(2, 8); number > 0; number--)
            {
                NodeSmithPool pool = _pools[_random.Next(_pools.Count)];
                List<NodeSmithShape> shapes = pool.Spec.MachineTemplate.Shapes!;
                AddReady(Draft(pool, shapes[_random.Next(shapes.Count)], null));
            }

            // A pool below its minimum would grow.
            foreach (NodeSmithPool pool in _pools)
                pool.Spec.Limits.MinNodes = Math.Min(
                    pool.Spec.Limits.MinNodes,
                    _claims.Count(claim => claim.Spec.PoolRef == pool.Metadata.Name)
                );

            foreach (Node node in _nodes)
                for (int number = _random.Next(0, 5); number > 0; number--)
                {
                    Pod pod = Waiting(
                        string.Create(CultureInfo.InvariantCulture, $"pod-{_pods.Count}"),
                        string.Create(CultureInfo.InvariantCulture, $"{_random.Next(1, 25) * 100}m"),
                        string.Create(CultureInfo.InvariantCulture, $"{_random.Next(1, 17) * 256}Mi")
                    );
                    if (Fits(pod, node))
                        _pods.Add(pod.On(node.Metadata.Name));
                }
        }

        /// <returns>The number of replacements.</returns>
        public int Run()
        {
            int replacements = 0,
                quiet = 0;
            decimal cost = Cost();
            for (int step = 0; quiet < 8; step++)
            {
                Assert.True(step < 400, $"Seed {_seed} does not end.");
                ScaleInput input = Input();
                ScalePlan plan = ScalePlanner.Plan(input);
                _memory = plan.Memory;
                bool isChanged = false;
                foreach (NodeSmithClaim claim in _claims.Where(static claim => claim.Status is null).ToList())
                {
                    _claims.Remove(claim);
                    AddReady(claim);
                    isChanged = true;
                }

                foreach (NodeScalePlanMachine machine in plan.Machines)
                {
                    NodeSmithPool pool = _pools.First(one => one.Metadata.Name == machine.Pool);
                    NodeSmithShape shape = pool.Spec.MachineTemplate.FindShape(machine.Shape)!;
                    _claims.Add(Draft(pool, shape, plan.Plans[machine.Id]));
                    pool.Status = new() { LastScaleActivity = _now };
                    replacements++;
                    isChanged = true;
                }

                foreach (NodeScalePlanNode node in plan.Nodes.Where(static one => one.Decision == AutoscalerDecision.Remove))
                {
                    if (ScalePlanner.Confirm(Input(), node) is not { Decision: AutoscalerDecision.Remove })
                        continue;
                    Remove(node);
                    isChanged = true;
                }

                quiet = isChanged ? 0 : quiet + 1;
                if (!_claims.Exists(IsRunning))
                {
                    Assert.True(Cost() <= cost, $"Seed {_seed}: the cost rose from {cost} to {Cost()}.");
                    cost = Cost();
                }

                _now += TimeSpan.FromMinutes(1);
            }

            return replacements;
        }

        private bool IsRunning(NodeSmithClaim claim) =>
            MachineReplacement.Of(claim) is { } replacement && _claims.Exists(one => replacement.Claims.ContainsKey(one.Metadata.Uid!));

        private ScaleInput Input() =>
            Plan.Input(_pools[0], _pods) with
            {
                Now = _now,
                Pools = [.. _pools],
                Nodes = [.. _nodes],
                Claims = [.. _claims],
                Memory = _memory,
            };

        private NodeSmithPool PoolOf(string name)
        {
            NodeSmithPool pool = Pool(name, [.. new[] { 1, 2, 4, 8 }.Select(cores => ($"{name}-{cores}", (long)cores, cores * 2048L))]);
            pool.Metadata.Uid = name;
            pool.Spec.Price = new()
            {
                Currency = "EUR",
                Shapes = pool.Spec.MachineTemplate.Shapes!.ToDictionary(
                    static shape => shape.Name,
                    shape => string.Create(CultureInfo.InvariantCulture, $"{(shape.CpuCores * 0.1m) + (_random.Next(0, 20) * 0.01m)}")
                ),
            };
            pool.Spec.Limits.MinNodes = _random.Next(0, 2);
            pool.Spec.ScaleDown = new()
            {
                StabilizationWindow = "5m",
                Consolidation = new() { Mode = _random.Next(2) == 0 ? "SingleNode" : "MultiNode", Replace = true },
            };
            return pool;
        }

        private NodeSmithClaim Draft(NodeSmithPool pool, NodeSmithShape shape, PlannedMachine? plan)
        {
            NodeSmithClaim claim = ClaimDraft.Of(pool, ++_sequence, shape.CpuCores, shape.MemoryMiB, shape.Name, "", plan);
            claim.Metadata.Uid = claim.Metadata.Name;
            return claim;
        }

        private void AddReady(NodeSmithClaim claim)
        {
            string name = "n-" + claim.Metadata.Name;
            claim.Status = new()
            {
                NodeName = name,
                Conditions =
                [
                    new()
                    {
                        Type = NodeSmithConditions.Initialized,
                        Status = "True",
                        LastTransitionTime = _now,
                    },
                    Condition(NodeSmithConditions.Ready),
                ],
            };
            _claims.Add(claim);
            NodeSmithSize size = claim.Spec.Requirements!;
            _nodes.Add(
                Node(
                    name,
                    string.Create(CultureInfo.InvariantCulture, $"{size.CpuCores}"),
                    string.Create(CultureInfo.InvariantCulture, $"{size.MemoryMiB}Mi"),
                    claim.Spec.PoolRef
                )
            );
        }

        // Places exist for all pods of the node together; which one the scheduler takes is not planned.
        private void Remove(NodeScalePlanNode removed)
        {
            _claims.RemoveAll(claim => claim.Metadata.Name == removed.Claim);
            _nodes.RemoveAll(node => node.Metadata.Name == removed.Node);
            List<Pod> pods = [.. _pods.Where(pod => pod.Spec.NodeName == removed.Node).OrderByDescending(Cpu)];
            Assert.True(Place(pods, 0), $"Seed {_seed}: the pods of {removed.Node} have no place.");
            foreach (Pod pod in pods)
            {
                if (_moved.TryGetValue(pod.Metadata.Name, out DateTimeOffset before))
                    Assert.True(_now - before >= Window, $"Seed {_seed}: pod {pod.Metadata.Name} moved twice within {_now - before}.");
                _moved[pod.Metadata.Name] = _now;
                pod.Status.StartTime = _now;
            }
        }

        private bool Place(List<Pod> pods, int next)
        {
            if (next == pods.Count)
                return true;
            string from = pods[next].Spec.NodeName!;
            foreach (Node node in _nodes.Where(node => Fits(pods[next], node)))
            {
                pods[next].On(node.Metadata.Name);
                if (Place(pods, next + 1))
                    return true;
            }

            pods[next].On(from);
            return false;
        }

        private bool Fits(Pod pod, Node node)
        {
            List<Pod> there = _pods.FindAll(one => one.Spec.NodeName == node.Metadata.Name);
            return there.Sum(Cpu) + Cpu(pod) <= node.Status.Allocatable!["cpu"].Value
                && there.Sum(Memory) + Memory(pod) <= node.Status.Allocatable["memory"].Value;
        }

        private decimal Cost() =>
            _claims.Sum(claim =>
                _pools
                    .First(pool => pool.Metadata.Name == claim.Spec.PoolRef)
                    .Spec.Price!.Of(claim.Spec.Shape!, claim.Spec.Requirements!.CpuCores!.Value, claim.Spec.Requirements.MemoryMiB!.Value)!
                    .Value
            );

        private static decimal Cpu(Pod pod) => pod.Spec.Containers[0].Resources!.Requests!["cpu"].Value;

        private static decimal Memory(Pod pod) => pod.Spec.Containers[0].Resources!.Requests!["memory"].Value;
    }
}
