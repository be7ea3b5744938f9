using NodeManager.Drains.Decisions;
using NodeManager.Drains.Options;
using NodeManager.Drains.Planning;
using NodeManager.Kubernetes.Models;
using NodeManager.Recommendations.Decisions;
using NodeManager.Scheduling;

namespace NodeManager.Core.Tests.Recommendations;

/// <summary>The input of a recommendation, with the drain plans of the nodes.</summary>
internal static class Situation
{
    public static ScaleSituation Of(
        DateTimeOffset now,
        NodeManagerConfiguration configuration,
        IReadOnlyList<Node> nodes,
        IReadOnlyList<Pod> pods,
        IReadOnlyList<PodDisruptionBudget> budgets
    )
    {
        ClusterSnapshot snapshot = ClusterSnapshot.Of(nodes, pods);
        return new()
        {
            Now = now,
            Configuration = configuration,
            Nodes =
            [
                .. nodes.Select(node => new ScaleNode(
                    RemovalCandidate.Of(snapshot.Node(node.Metadata.Name)!),
                    PlanOf(node, [.. pods.Where(pod => pod.Spec.NodeName == node.Metadata.Name)], now)
                )),
            ],
            Snapshot = snapshot,
            Waiting = [.. pods.Where(static pod => string.IsNullOrEmpty(pod.Spec.NodeName))],
            Budgets = new(budgets, "v1", snapshot.MinorVersion),
        };
    }

    private static PlannedNode PlanOf(Node node, IReadOnlyList<Pod> pods, DateTimeOffset now)
    {
        RuleContext context = new(new DrainOptions(), new Dictionary<(string, string), string> { [("shop", "web")] = "rs" }, now);
        PlannedPod[] planned =
        [
            .. pods.Select(pod => (pod, Decision: DrainRules.Judge(pod, context)))
                .Select(static judged => new PlannedPod(
                    judged.pod,
                    new()
                    {
                        Node = judged.pod.Spec.NodeName!,
                        Namespace = judged.pod.Metadata.Namespace!,
                        Name = judged.pod.Metadata.Name,
                        Uid = judged.pod.Metadata.Uid!,
                        Decision = judged.Decision.Decision,
                        Reason = judged.Decision.Reason,
                        Rule = judged.Decision.Rule,
                    },
                    null
                )),
        ];
        return new(node.Metadata.Name, node, planned, [], []);
    }
}
