using FsCheck;
using FsCheck.Fluent;
using NodeManager.Autoscaling.Planning;
using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Autoscaling.Resources;
using NodeManager.Core.Tests.Autoscaling.Planning;
using NodeManager.Kubernetes.Models;
using NodeManager.Recommendations.Decisions;
using NodeManager.Testing;
using static NodeManager.Core.Tests.Autoscaling.Planning.Plan;

namespace NodeManager.Core.Tests.Recommendations;

/// <summary>
/// Recommendations and plans of the same cluster agree. NODEMANAGER_SCALE_PLANS sets the number of random clusters, 200 by default.
/// </summary>
public sealed class ScaleAgreementTests
{
    private static readonly NodeManagerSession Session = new()
    {
        Id = 1,
        Cluster = "test",
        Source = "Sandbox",
        Server = new("https://test.invalid"),
    };

    private int _added;
    private int _removed;
    private int _kept;

    [Fact]
    public void A_recommendation_never_contradicts_the_plan_of_the_same_cluster()
    {
        int clusters = ProofSize.Read("NODEMANAGER_SCALE_PLANS", 200);
        Config config = Config.QuickThrowOnFailure.WithMaxTest(clusters).WithReplay(20261123UL, 7UL);

        Check.One(config, Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), Verify));

        Assert.True(
            Math.Min(_added, Math.Min(_removed, _kept)) >= clusters / 20,
            $"Of {clusters} clusters, {_added} with additions, {_removed} with removals, {_kept} where the planner keeps all nodes."
        );
    }

    private void Verify(int seed)
    {
        ScaleInput input = Make(new(seed));
        NodeScaleRecommendation recommendation = RecommendationRules.Judge(
            Session,
            Situation.Of(Now, input.Thresholds!.Configuration, input.Nodes, input.Pods, input.Budgets) with
            {
                Usage = input.Thresholds.Usage,
            }
        );

        // As many nodes as the planner creates.
        ScalePlan plan = ScalePlanner.Plan(input);
        int added = recommendation.Additions.Sum(static one => one.Count);
        Assert.Equal(plan.Machines.Count, added);
        // The planner decides about each node, if it alone may be removed.
        Dictionary<string, NodeScalePlanNode> verdicts = input.Nodes.ToDictionary(
            static node => node.Metadata.Name,
            node =>
                ScalePlanner
                    .Plan(input with { Claims = [.. input.Claims.Where(claim => claim.Status!.NodeName == node.Metadata.Name)] })
                    .Node(node.Metadata.Name)
        );
        foreach (NodeScaleCandidate candidate in recommendation.Remove)
        {
            NodeScalePlanNode verdict = verdicts[candidate.Node];
            Assert.True(verdict.Decision == AutoscalerDecision.Remove, $"seed {seed}: {verdict} {verdict.Message}");
        }

        bool isHeld = recommendation.Candidates.Any(static one =>
            one.Reasons[^1].Rule is NodeScaleRule.PendingPods or NodeScaleRule.Stabilizing
        );
        if (recommendation.Remove.Count == 0 && !isHeld)
        {
            // Only another order of evictions is a reason to keep a node that the planner removes.
            Assert.All(
                recommendation.Candidates.Where(one => verdicts[one.Node].Decision == AutoscalerDecision.Remove),
                static one => Assert.Equal(NodeScaleRule.PodDoesNotFit, one.Reasons[^1].Rule)
            );
        }

        _added += added > 0 ? 1 : 0;
        _removed += recommendation.Remove.Count > 0 ? 1 : 0;
        _kept += verdicts.Values.All(static one => one.Decision == AutoscalerDecision.Keep) ? 1 : 0;
    }

    private static ScaleInput Make(Random random)
    {
        NodeSmithPool pool = Fours();
        pool.Spec.ScaleDown = new()
        {
            StabilizationWindow = "0s",
            Consolidation = new() { Mode = "MultiNode" },
        };
        int nodes = random.Next(2, 7),
            load = random.Next(1, 15),
            number = 0;
        List<Pod> pods = [];
        for (int node = 1; node <= nodes; node++)
        for (int pod = random.Next(0, 5); pod > 0; pod--)
            pods.Add(
                Waiting($"p{++number}", $"{random.Next(1, load + 1)}00m", $"{random.Next(1, 12)}00Mi").On($"n{node}").With(Traits(random))
            );
        if (random.Next(3) == 0)
            pods.AddRange(Several(random.Next(1, 7), one => Waiting($"w{one}", $"{random.Next(5, 45)}00m").With(Pending(random))));
        ScaleInput input = Running(pool, nodes, pods);
        if (random.Next(4) == 0)
            input.Nodes[0].Metadata.Annotations = new() { ["karpenter.sh/do-not-disrupt"] = "true" };
        Dictionary<string, NodeUsage> usage = [];
        if (random.Next(2) == 0)
        {
            foreach (Node node in input.Nodes.Where(_ => random.Next(8) > 0))
                usage[node.Metadata.Name] = new() { Cpu = random.Next(1, 36) / 10m, Memory = (long)random.Next(1, 7) << 30 };
        }

        int minimum = random.Next(1, 4);
        NodeManagerConfiguration configuration = new()
        {
            EnableAutoScaling = true,
            ScaleUpThreshold = random.Next(60, 91),
            ScaleDownThreshold = random.Next(15, 51),
            MinNodes = minimum,
            MaxNodes = random.Next(minimum + 3, 12),
        };
        PodDisruptionBudget[] budgets =
        [
            .. Enumerable
                .Range(0, random.Next(3))
                .Select(one => new PodDisruptionBudget
                {
                    Metadata = new() { Namespace = "shop", Name = $"budget-{one}" },
                    Spec = new() { Selector = new() { MatchLabels = new() { ["app"] = $"app-{random.Next(4)}" } } },
                    Status = new()
                    {
                        DisruptionsAllowed = random.Next(3),
                        CurrentHealthy = 5,
                        DesiredHealthy = 4,
                    },
                }),
        ];
        return input with { Budgets = budgets, Thresholds = new(configuration, usage) };
    }

    private static Action<Pod> Pending(Random random)
    {
        int kind = random.Next(6);
        return pod =>
        {
            switch (kind)
            {
                case 0:
                    pod.Status.Conditions = [];
                    break;
                case 1:
                    pod.Spec.SchedulingGates = [new() { Name = "later" }];
                    break;
                case 2:
                    pod.Spec.NodeSelector = new() { ["disk"] = "ssd" };
                    break;
            }
        };
    }

    private static Action<Pod> Traits(Random random)
    {
        int kind = random.Next(30),
            app = random.Next(4);
        return pod =>
        {
            pod.Metadata.Labels = new() { ["app"] = $"app-{app}" };
            switch (kind)
            {
                case 0:
                    pod.Metadata.Annotations = new() { ["karpenter.sh/do-not-disrupt"] = "true" };
                    break;
                case 1:
                    pod.Metadata.Annotations = new() { ["karpenter.sh/do-not-disrupt"] = "2h" };
                    break;
                case 2:
                    pod.Metadata.Annotations = new() { ["karpenter.sh/do-not-disrupt"] = "30m" };
                    break;
                case 3:
                    pod.Metadata.Annotations = new() { ["cluster-autoscaler.kubernetes.io/safe-to-evict"] = "false" };
                    break;
                case 4:
                    pod.Metadata.OwnerReferences = null;
                    break;
                case 5:
                    pod.Spec.Volumes = [new() { Name = "scratch", EmptyDir = new() }];
                    break;
                case 6:
                    pod.Spec.NodeSelector = new() { [Host] = pod.Spec.NodeName! };
                    break;
                case 7:
                    pod.Metadata.DeletionTimestamp = Now;
                    break;
                case 8:
                    pod.Metadata.OwnerReferences![0].Kind = "DaemonSet";
                    // Without requests: the planner reads the DaemonSets of new nodes, a recommendation their pods on existing nodes.
                    pod.Spec.Containers[0].Resources = null;
                    break;
                case 9 or 10:
                    pod.Spec.Affinity = new()
                    {
                        PodAntiAffinity = new()
                        {
                            RequiredDuringSchedulingIgnoredDuringExecution =
                            [
                                new()
                                {
                                    TopologyKey = Host,
                                    LabelSelector = new() { MatchLabels = new() { ["app"] = $"app-{app}" } },
                                },
                            ],
                        },
                    };
                    break;
            }
        };
    }
}
