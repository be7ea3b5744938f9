using NodeManager.Core.Progress;
using NodeManager.Drains.Decisions;

namespace NodeManager.Drains.Planning;

/// <summary>What users should confirm before a drain starts. Pure.</summary>
internal static class ConsequenceRules
{
    /// <param name="plan">The node, with its pods.</param>
    /// <param name="pods">The same pods, with all that is known of them.</param>
    /// <param name="trouble">Of the node's kubelet; null without.</param>
    public static IEnumerable<NodeDrainConsequence> Of(PlannedNode plan, IReadOnlyList<NodeDrainPlanPod> pods, string? trouble)
    {
        if (plan.IsControlPlane)
            yield return new() { Kind = NodeDrainConsequenceKind.ControlPlane, Message = ControlPlane($"Node {plan.Name}") };
        if (trouble is not null)
            yield return new()
            {
                Kind = NodeDrainConsequenceKind.Kubelet,
                Message = $"{trouble} Evicted pods stay terminating until it does.",
            };
        List<NodeDrainPlanPod> leaving = [.. pods.Where(static pod => pod.Decision == DrainDecision.Evict)];
        string[] homeless = [.. leaving.Where(static pod => pod.FitsElsewhere == NodeDrainPodFit.No).Select(Title)];
        if (homeless.Length > 0)
            yield return new()
            {
                Kind = NodeDrainConsequenceKind.NoPlacement,
                Message = $"{Pods(homeless)} {(homeless.Length == 1 ? "fits" : "fit")} on no other node: {NameList.Of(homeless)}.",
                Pods = new(homeless),
            };
        foreach (
            var held in leaving
                .Where(static pod => !pod.Surges)
                .SelectMany(static pod =>
                    pod.Budgets.Where(static one => one.Outlook == BudgetOutlook.Never).Select(one => (Pod: pod, Budget: one))
                )
                .GroupBy(static one => $"{one.Budget.Namespace}/{one.Budget.Name}")
                .OrderBy(static one => one.Key, StringComparer.Ordinal)
        )
        {
            yield return new()
            {
                Kind = NodeDrainConsequenceKind.Budget,
                Message = $"PDB {held.Key} allows no eviction: {held.First().Budget.OutlookReason}.",
                Pods = new([.. held.Select(static one => Title(one.Pod))]),
            };
        }

        HashSet<string> chosen = [.. leaving.Select(static pod => pod.Uid)];
        string[] losing =
        [
            .. plan
                .Pods.Where(pod =>
                    chosen.Contains(pod.Plan.Uid)
                    && !pod.Pod.IsFinished()
                    && pod.Pod.Spec.Volumes?.Exists(static volume => volume.EmptyDir is not null) == true
                )
                .Select(static pod => pod.Pod.Title()),
        ];
        if (losing.Length > 0)
            yield return new()
            {
                Kind = NodeDrainConsequenceKind.DataLoss,
                Message = $"{Pods(losing)} {(losing.Length == 1 ? "loses" : "lose")} the data of emptyDir volumes: {NameList.Of(losing)}.",
                Pods = new(losing),
            };
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

    /// <summary>What is said wherever a drain of such a node can be started.</summary>
    public static string ControlPlane(string subject) => $"{subject} belongs to the control plane: the cluster loses what runs there.";

    private static string Title(NodeDrainPlanPod pod) => $"{pod.Namespace}/{pod.Name}";

    private static string Pods(string[] pods) => pods.Length == 1 ? "1 pod" : $"{pods.Length} pods";
}
