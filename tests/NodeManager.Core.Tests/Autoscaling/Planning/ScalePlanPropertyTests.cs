using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using NodeManager.Autoscaling.Planning;
using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Autoscaling.Resources;
using NodeManager.Kubernetes.Models;
using NodeManager.Scheduling;
using NodeManager.Scheduling.Decisions;
using NodeManager.Testing;
using static NodeManager.Core.Tests.Autoscaling.Planning.Plan;

namespace NodeManager.Core.Tests.Autoscaling.Planning;

/// <summary>What holds of every plan. NODEMANAGER_SCALE_PLANS sets how many are made, 200 by default.</summary>
public sealed class ScalePlanPropertyTests
{
    private static readonly HashSet<string> ButSpread =
    [
        .. SchedulingProfile.KnownFilters.Where(static name => name != "PodTopologySpread"),
    ];

    [Fact]
    public void Random_plans_keep_the_limits_and_place_each_pod_once_on_a_node_that_passes_its_filters()
    {
        Config config = Config.QuickThrowOnFailure.WithMaxTest(ProofSize.Read("NODEMANAGER_SCALE_PLANS", 200)).WithReplay(20261121UL, 7UL);

        Check.One(config, Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), Verify));
    }

    [Fact]
    public void Random_plans_use_close_to_the_minimum_number_of_machines()
    {
        int best = 0,
            cases = 0;
        for (int seed = 1; seed <= 300; seed++)
        {
            Random random = new(seed);
            (int Cpu, int Memory)[] sizes =
            [
                .. Enumerable.Range(0, random.Next(2, 8)).Select(_ => (random.Next(1, 41), random.Next(1, 81))),
            ];
            ScalePlan plan = ScalePlanner.Plan(
                Input(Fours(), sizes.Select(static (size, number) => Waiting(Name(number), $"{size.Cpu * 100}m", $"{size.Memory * 102}Mi")))
            );

            int least = Least(sizes, [], 0, sizes.Length);
            Assert.InRange(plan.Machines.Count, least, least + 1);
            cases++;
            if (plan.Machines.Count == least)
                best++;
        }

        Assert.True(best >= cases * 95 / 100, $"{best} of {cases} plans had the least number of machines.");
    }

    private static void Verify(int seed)
    {
        Random random = new(seed);
        ScaleInput input = Make(random);
        ScalePlan plan = ScalePlanner.Plan(input);

        // Each pod has one answer, and those that get a machine are on exactly one.
        Assert.Equal(
            input.Pods.Where(static pod => pod.Spec.NodeName is null).Select(static pod => pod.Metadata.Name).Order(),
            plan.Pods.Select(static pod => pod.Name).Order()
        );
        Assert.All(plan.Pods, static pod => Assert.True(pod.Reason.Length > 0 && pod.Message.Length > 0));
        Assert.Equal(
            plan.Pods.Where(static pod => pod.Decision == AutoscalerDecision.Create)
                .Select(static pod => $"{pod.Target} shop/{pod.Name}")
                .Order(),
            plan.Machines.SelectMany(static machine => machine.Pods.Select(pod => $"{machine.Id} {pod}")).Order()
        );
        Assert.Equal(input.Claims.Count, plan.Nodes.Count);
        Assert.All(plan.Nodes, static node => Assert.True(node.Reason.Length > 0 && node.Message.Length > 0));
        foreach (NodeSmithPool pool in input.Pools)
            VerifyLimits(pool, input, plan);
        VerifyPlaces(input, plan);
        Assert.Equal(Text(plan), Text(ScalePlanner.Plan(input)));
    }

    private static void VerifyLimits(NodeSmithPool pool, ScaleInput input, ScalePlan plan)
    {
        NodeSmithPoolLimits limits = pool.Spec.Limits;
        List<NodeScalePlanMachine> machines = [.. plan.Machines.Where(machine => machine.Pool == pool.Metadata.Name)];
        int there = input.Claims.Count(claim => claim.Spec.PoolRef == pool.Metadata.Name);
        if (machines.Count > 0 && limits.MaxNodes > 0)
            Assert.True(there + machines.Count <= limits.MaxNodes, $"{there} + {machines.Count} > {limits.MaxNodes}");
        if (machines.Count > 0 && limits.CpuCores > 0)
            Assert.True((there * 4) + machines.Sum(static machine => machine.CpuCores) <= limits.CpuCores);
        if (machines.Count > 0 && limits.MemoryMiB > 0)
            Assert.True((there * 8192) + machines.Sum(static machine => machine.Memory >> 20) <= limits.MemoryMiB);
        int removed = plan.Nodes.Count(node => node.Pool == pool.Metadata.Name && node.Decision == AutoscalerDecision.Remove);
        Assert.True(removed == 0 || there - removed >= limits.MinNodes);
    }

    /// <summary>With all nodes there and all pods placed, each pod is where the scheduler's filters would let it be.</summary>
    private static void VerifyPlaces(ScaleInput input, ScalePlan plan)
    {
        ClusterSnapshot snapshot = ClusterSnapshot.Of(input.Nodes, input.Pods);
        foreach (NodeScalePlanMachine machine in plan.Machines)
            snapshot.SetNode(NodeOf(input.Pools.First(pool => pool.Metadata.Name == machine.Pool), machine));
        Dictionary<string, Pod> pods = input.Pods.ToDictionary(static pod => pod.Metadata.Name);
        List<NodeScalePlanPod> placed =
        [
            .. plan.Pods.Where(static pod => pod.Decision is AutoscalerDecision.Create or AutoscalerDecision.Place),
        ];
        foreach (NodeScalePlanPod pod in placed)
            snapshot.Assume(pods[pod.Name], pod.Target);
        // On nodes that were there, spreads were judged before machines came.
        SchedulingProfile? profile = input.Nodes.Count == 0 ? null : SchedulingProfile.Default(37) with { Filters = ButSpread };
        foreach (NodeScalePlanPod one in placed)
        {
            Pod pod = pods[one.Name];
            snapshot.RemovePod(pod);
            FitResult fit = new PodFit(pod, snapshot, profile).Evaluate(snapshot.Node(one.Target)!);
            Assert.True(fit.Verdict == FitVerdict.Fits, $"{one.Name} on {one.Target}: {fit}");
            snapshot.Assume(pod, one.Target);
        }
    }

    private static Node NodeOf(NodeSmithPool pool, NodeScalePlanMachine machine)
    {
        Node node = Node(
            machine.Id,
            machine.CpuCores.ToString(CultureInfo.InvariantCulture),
            $"{machine.Memory >> 20}Mi",
            pool.Metadata.Name,
            machine.Zone.Length > 0 ? machine.Zone : null
        );
        node.Metadata.Labels!["kubernetes.io/arch"] = "amd64";
        node.Spec.Taints = pool.Spec.MachineTemplate.Taints;
        return node;
    }

    private static ScaleInput Make(Random random)
    {
        string[] zones = random.Next(3) == 0 ? [] : ["a", "b", "c"];
        NodeSmithPool[] pools =
        [
            .. Enumerable
                .Range(1, random.Next(1, 3))
                .Select(number =>
                {
                    NodeSmithPool pool =
                        random.Next(4) == 0
                            ? Pool($"pool-{number}")
                            : Pool(
                                $"pool-{number}",
                                [
                                    .. Enumerable
                                        .Range(1, random.Next(1, 6))
                                        .Select(size => ($"s{size}", (long)random.Next(1, 17), (long)random.Next(1, 33) * 1024)),
                                ]
                            );
                    pool.Spec.Limits = new()
                    {
                        MaxNodes = random.Next(2) * random.Next(1, 12),
                        CpuCores = random.Next(2) * random.Next(1, 60),
                        MemoryMiB = random.Next(2) * random.Next(1, 100) * 1024L,
                    };
                    pool.Spec.Limits.MinNodes = random.Next(4) == 0 && pool.Spec.Limits.MaxNodes != 1 ? 1 : 0;
                    if (random.Next(3) == 0)
                        pool.Spec.MachineTemplate.Taints =
                        [
                            new()
                            {
                                Key = "team",
                                Value = "x",
                                Effect = "NoSchedule",
                            },
                        ];
                    pool.Spec.ScaleDown = new() { Consolidation = new() { Mode = random.Next(2) == 0 ? "MultiNode" : "Disabled" } };
                    return pool;
                }),
        ];
        string[] names = random.Next(2) == 0 ? [] : [.. Enumerable.Range(1, random.Next(1, 6)).Select(Name)];
        // What is said of an application holds for all its pods.
        Action<Pod>[] applications = [.. Enumerable.Range(0, 4).Select(number => Application(random, $"app-{number}"))];
        List<Pod> pods =
        [
            .. Enumerable
                .Range(1, random.Next(1, 60))
                .Select(number =>
                    Waiting($"p{number}", $"{random.Next(1, 60)}00m", $"{random.Next(1, 80)}00Mi")
                        .With(applications[random.Next(applications.Length)])
                ),
        ];
        foreach (string name in names)
            if (random.Next(3) > 0)
                pods.Add(Waiting($"on-{name}", "500m", "512Mi").On(name));
        return Input(pools[0], pods).InZones(zones) with
        {
            Pools = pools,
            Nodes =
            [
                .. names.Select(name =>
                    Node(name, pool: pools[0].Metadata.Name, zone: zones.Length == 0 ? null : zones[random.Next(zones.Length)])
                ),
            ],
            Claims =
            [
                .. names.Select(name => Claim(name, pools[0].Metadata.Name)),
                .. Enumerable.Range(1, random.Next(3)).Select(number => Leaving($"gone-{number}", pools[0])),
            ],
        };
    }

    /// <summary>A claim that is being deleted, and has no node.</summary>
    private static NodeSmithClaim Leaving(string name, NodeSmithPool pool)
    {
        NodeSmithClaim claim = Claim(name, pool.Metadata.Name, isReady: false);
        claim.Metadata.DeletionTimestamp = Now;
        return claim;
    }

    private static Action<Pod> Application(Random random, string app)
    {
        int kind = random.Next(8),
            skew = random.Next(1, 3);
        string key = random.Next(2) == 0 ? Zone : Host;
        bool tolerates = random.Next(2) == 0;
        LabelSelector own = new() { MatchLabels = new() { ["app"] = app } };
        PodAffinity terms = new() { RequiredDuringSchedulingIgnoredDuringExecution = [new() { TopologyKey = key, LabelSelector = own }] };
        return pod =>
        {
            pod.Metadata.Labels = new() { ["app"] = app };
            if (tolerates)
                pod.Spec.Tolerations = [new() { Key = "team", Operator = "Exists" }];
            switch (kind)
            {
                case 0 or 1:
                    pod.Spec.TopologySpreadConstraints =
                    [
                        new()
                        {
                            MaxSkew = skew,
                            TopologyKey = key,
                            WhenUnsatisfiable = "DoNotSchedule",
                            LabelSelector = own,
                        },
                    ];
                    break;
                case 2:
                    pod.Spec.Affinity = new() { PodAffinity = terms };
                    break;
                case 3:
                    pod.Spec.Affinity = new() { PodAntiAffinity = terms };
                    break;
                case 4:
                    pod.Spec.NodeSelector = new() { [Zone] = "b" };
                    break;
                case 5:
                    pod.Spec.Containers[0].Ports = [new() { Number = 80, HostPort = 8080 }];
                    break;
            }
        };
    }

    /// <summary>The least number of machines of 4 cores and 8 GiB, by trying every way.</summary>
    private static int Least((int Cpu, int Memory)[] sizes, List<(int Cpu, int Memory)> machines, int next, int best)
    {
        if (machines.Count >= best)
            return best;
        if (next == sizes.Length)
            return machines.Count;
        (int cpu, int memory) = sizes[next];
        for (int index = 0; index < machines.Count; index++)
        {
            (int usedCpu, int usedMemory) = machines[index];
            if (usedCpu + cpu > 40 || (usedMemory + memory) * 102 > 8192)
                continue;
            machines[index] = (usedCpu + cpu, usedMemory + memory);
            best = Least(sizes, machines, next + 1, best);
            machines[index] = (usedCpu, usedMemory);
        }

        machines.Add((cpu, memory));
        best = Least(sizes, machines, next + 1, best);
        machines.RemoveAt(machines.Count - 1);
        return best;
    }

    private static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"n{number}");

    private static string Text(ScalePlan plan) =>
        string.Join(
            '\n',
            [
                .. plan.Machines.Select(static one => $"{one} {one.Pods}"),
                .. plan.Pods.Select(static one => $"{one} {one.Target}"),
                .. plan.Nodes.Select(static one => one.ToString()),
            ]
        );
}
