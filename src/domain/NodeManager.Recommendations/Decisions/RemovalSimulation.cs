using NodeManager.Core.Nodes.Reading;
using NodeManager.Scheduling.Decisions;
using NodeManager.Scheduling.Scoring;

namespace NodeManager.Recommendations.Decisions;

/// <summary>Simulates the removal of nodes one after another, with their pods evicted in one order. Not thread-safe.</summary>
internal sealed class RemovalSimulation(ClusterSnapshot snapshot, RemovalOrder order)
{
    /// <summary>With more nodes, a pod takes the best of a sample, as the scheduler does.</summary>
    private const int MaximumScoredNodes = 100;

    private readonly List<Action> _undo = [];

    /// <summary>Cordons the node and moves its pods. <see cref="Undo"/> reverts it; <see cref="Complete"/> removes the node.</summary>
    /// <param name="staying">UIDs of the pods that end with the node.</param>
    /// <param name="ending">UIDs of the evicted pods that are not recreated; all others are, including those from earlier nodes.</param>
    /// <returns>The node of each pod by UID, or the first pod without a place.</returns>
    public (Dictionary<string, string>? Places, Pod? Stuck, Placement? Why) Remove(
        Node node,
        IReadOnlySet<string> staying,
        IReadOnlySet<string> ending
    )
    {
        _undo.Clear();
        List<Pod> there =
        [
            .. snapshot
                .Node(node.Metadata.Name)!
                .Pods.Select(static state => state.Pod)
                .Where(pod => !staying.Contains(pod.Metadata.Uid ?? "")),
        ];
        snapshot.SetNode(Cordoned(node));
        _undo.Add(() => snapshot.SetNode(node));
        foreach (Pod pod in there.Where(pod => ending.Contains(pod.Metadata.Uid ?? "")))
            Take(pod, node.Metadata.Name);
        List<Pod> pods = [.. order.Sort([.. there.Where(pod => !ending.Contains(pod.Metadata.Uid ?? ""))])];
        if (order.AllFirst)
            pods.ForEach(pod => Take(pod, node.Metadata.Name));
        Dictionary<string, string> places = new(StringComparer.Ordinal);
        foreach (Pod pod in pods)
        {
            if (!order.AllFirst)
                Take(pod, node.Metadata.Name);
            (string? to, Placement why) = Place(pod);
            if (to is null)
                return (null, pod, why);
            places[pod.Metadata.Uid ?? ""] = to;
        }

        return (places, null, null);
    }

    /// <summary>Reverts <see cref="Remove"/>.</summary>
    public void Undo()
    {
        for (int i = _undo.Count - 1; i >= 0; i--)
            _undo[i]();
        _undo.Clear();
    }

    /// <summary>Removes the node, with its DaemonSet-managed and mirror pods.</summary>
    public void Complete(string node)
    {
        foreach (Pod pod in snapshot.Node(node)!.Pods.Select(static state => state.Pod).ToList())
            snapshot.RemovePod(pod);
        snapshot.RemoveNode(node);
        _undo.Clear();
    }

    private void Take(Pod pod, string node)
    {
        snapshot.RemovePod(pod);
        _undo.Add(() => snapshot.Assume(pod, node));
    }

    private (string? Node, Placement Why) Place(Pod pod)
    {
        PodFit fit = new(pod, snapshot);
        List<NodeState> fitting = [];
        foreach (NodeState node in snapshot.Nodes)
        {
            if (fit.Evaluate(node).Verdict != FitVerdict.Fits || !node.Node.IsReady())
                continue;
            fitting.Add(node);
            if (fitting.Count == MaximumScoredNodes)
                break;
        }

        if (fitting.Count == 0)
            return (null, WithoutPreemption(PodPlacement.Find(pod, snapshot), snapshot.MinorVersion));
        List<string> equal =
        [
            .. (order.AnyNode ? fitting : Best(pod, fitting)).Select(static node => node.Name).Order(StringComparer.Ordinal),
        ];
        string to = order.Random is { } random ? equal[random.Next(equal.Count)] : equal[0];
        snapshot.Assume(pod, to);
        _undo.Add(() => snapshot.RemovePod(pod));
        return (to, new(FitVerdict.Fits, to, ""));
    }

    private IEnumerable<NodeState> Best(Pod pod, List<NodeState> fitting)
    {
        IReadOnlyList<NodeScore> scores = new PodScore(pod, snapshot).Of(fitting);
        long best = scores.Max(static score => score.Total);
        return scores.Where(score => score.Total == best).Select(static score => score.Node);
    }

    /// <summary>The refusal without preemption: a removal must not displace other pods.</summary>
    public static Placement WithoutPreemption(Placement found, int minorVersion) =>
        found.Verdict == FitVerdict.DoesNotFit
            ? found with
            {
                Message = PodPlacement.Summary([.. found.Refusals.Select(static one => one.Answer)], minorVersion, ""),
            }
            : found;

    private static Node Cordoned(Node node) =>
        new()
        {
            Metadata = node.Metadata,
            Status = node.Status,
            Spec = new()
            {
                ProviderID = node.Spec.ProviderID,
                Unschedulable = true,
                Taints = [.. node.Spec.Taints ?? [], new() { Key = "node.kubernetes.io/unschedulable", Effect = "NoSchedule" }],
            },
        };
}
