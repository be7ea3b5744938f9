using NodeManager.Core.Progress;
using NodeManager.Scheduling;

namespace NodeManager.Drains.Planning;

/// <summary>The consequences that users confirm before a drain starts.</summary>
internal static class ConsequenceRules
{
    public static IEnumerable<NodeDrainConsequence> Of(PlannedNode plan, IReadOnlyList<NodeDrainPlanPod> pods, string? trouble)
    {
        NodeDrainPlanPod[] leaving = [.. pods.Where(static pod => pod.Decision == DrainDecision.Evict)];
        return
        [
            .. OfNode(plan, trouble),
            .. OfPlacement(leaving),
            .. OfBudgets(leaving),
            .. OfData(plan, leaving),
            .. OfUnmanaged(leaving),
        ];
    }

    private static IEnumerable<NodeDrainConsequence> OfNode(PlannedNode plan, string? trouble)
    {
        if (plan.IsControlPlane)
            yield return new() { Kind = NodeDrainConsequenceKind.ControlPlane, Message = ControlPlane($"Node {plan.Name}") };
        if (trouble is not null)
            yield return new()
            {
                Kind = NodeDrainConsequenceKind.Kubelet,
                Message = $"{trouble} Evicted pods stay terminating until it does.",
            };
    }

    private static IEnumerable<NodeDrainConsequence> OfPlacement(NodeDrainPlanPod[] leaving)
    {
        string[] homeless = [.. leaving.Where(static pod => pod.FitsElsewhere == NodeDrainPodFit.No).Select(Title)];
        if (homeless.Length > 0)
            yield return new()
            {
                Kind = NodeDrainConsequenceKind.NoPlacement,
                Message = $"{Pods(homeless)} {(homeless.Length == 1 ? "fits" : "fit")} on no other node: {NameList.Of(homeless)}.",
                Pods = new(homeless),
            };
    }

    private static IEnumerable<NodeDrainConsequence> OfBudgets(NodeDrainPlanPod[] leaving) =>
        leaving
            .Where(static pod => !pod.Surges)
            .SelectMany(static pod =>
                pod.Budgets.Where(static one => one.Outlook == BudgetOutlook.Never).Select(one => (Pod: pod, Budget: one))
            )
            .GroupBy(static one => $"{one.Budget.Namespace}/{one.Budget.Name}")
            .OrderBy(static one => one.Key, StringComparer.Ordinal)
            .Select(static held => new NodeDrainConsequence
            {
                Kind = NodeDrainConsequenceKind.Budget,
                Message = $"PDB {held.Key} allows no eviction: {held.First().Budget.OutlookReason}.",
                Pods = new([.. held.Select(static one => Title(one.Pod))]),
            });

    private static IEnumerable<NodeDrainConsequence> OfData(PlannedNode plan, NodeDrainPlanPod[] leaving)
    {
        HashSet<string> chosen = [.. leaving.Select(static pod => pod.Uid)];
        string[] losing =
        [
            .. plan
                .Pods.Where(pod =>
                    chosen.Contains(pod.Plan.Uid)
                    && !pod.Pod.IsFinished()
                    && pod.Pod.Spec.Volumes?.Exists(static volume => volume.EmptyDir is not null) == true
                )
                .Select(static pod => pod.Pod.Key()),
        ];
        if (losing.Length > 0)
            yield return new()
            {
                Kind = NodeDrainConsequenceKind.DataLoss,
                Message = $"{Pods(losing)} {(losing.Length == 1 ? "loses" : "lose")} the data of emptyDir volumes: {NameList.Of(losing)}.",
                Pods = new(losing),
            };
    }

    private static IEnumerable<NodeDrainConsequence> OfUnmanaged(NodeDrainPlanPod[] leaving)
    {
        string[] unmanaged = [.. leaving.Where(static pod => pod.Owner.Length == 0).Select(Title)];
        if (unmanaged.Length > 0)
            yield return new()
            {
                Kind = NodeDrainConsequenceKind.Unmanaged,
                Message =
                    $"{Pods(unmanaged)} {(unmanaged.Length == 1 ? "is" : "are")} not recreated by a controller: {NameList.Of(unmanaged)}.",
                Pods = new(unmanaged),
            };
    }

    public static string ControlPlane(string subject) => $"{subject} belongs to the control plane: the cluster loses what runs there.";

    private static string Title(NodeDrainPlanPod pod) => $"{pod.Namespace}/{pod.Name}";

    private static string Pods(string[] pods) => pods.Length == 1 ? "1 pod" : $"{pods.Length} pods";
}
