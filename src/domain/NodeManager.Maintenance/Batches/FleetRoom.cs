using NodeManager.Core.Nodes.Reading;
using NodeManager.Scheduling;
using NodeManager.Scheduling.Decisions;

namespace NodeManager.Maintenance.Batches;

/// <summary>
/// Whether the pods of nodes that are out of service together fit on the other nodes, by the scheduler's rules. Searches one packing (the
/// first node that fits), so that it may refuse a batch that would just fit. Not thread-safe.
/// </summary>
public sealed class FleetRoom
{
    /// <summary>With more nodes, the order of pods hardly ever matters.</summary>
    public const int MaximumJudgedHosts = 200;

    private readonly PlacementSimulator _simulator;
    private readonly IReadOnlyDictionary<string, IReadOnlyList<LeavingPod>> _leaving;
    private readonly List<NodeState> _hosts;
    private readonly Dictionary<string, StrandedPods> _stranded = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _lastHost = new(StringComparer.Ordinal);
    private readonly HashSet<string> _out = new(StringComparer.Ordinal);
    private readonly List<(LeavingPod Pod, string From)> _moves = [];
    private readonly Dictionary<string, (LeavingPod Pod, string Node)> _moved = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _strandedWorkloads = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _missing = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<LeavingPod> _waiting;
    private HostChoice _choice;
    private LeavingPod? _rival;

    /// <param name="simulator">The current cluster. Pods are moved in it; <see cref="Clear"/> restores them.</param>
    /// <param name="leaving">The pods to evict, by node name.</param>
    /// <param name="waiting">Pending pods, which may be scheduled before the evicted ones.</param>
    public FleetRoom(
        PlacementSimulator simulator,
        IReadOnlyDictionary<string, IReadOnlyList<LeavingPod>> leaving,
        IReadOnlyList<LeavingPod>? waiting = null
    )
    {
        _waiting = waiting ?? [];
        _simulator = simulator;
        _leaving = leaving;
        _hosts =
        [
            .. simulator
                .Snapshot.Nodes.Where(n => n.Node.Spec.Unschedulable != true && n.Node.IsReady())
                .OrderBy(n => n.Name, StringComparer.Ordinal),
        ];
    }

    public bool IsEmpty => _out.Count == 0;

    /// <summary>True if <see cref="Stranded"/> was called for the node and found pods.</summary>
    public bool IsKnownToStrand(string node) => _stranded.TryGetValue(node, out StrandedPods? known) && known.Pods.Count > 0;

    /// <summary>Starts another batch: restores all pods.</summary>
    public void Clear()
    {
        Undo(0);
        _out.Clear();
        _strandedWorkloads.Clear();
        _missing.Clear();
    }

    /// <summary>Adds the node if all pods of the batch then fit outside it.</summary>
    public bool TryAdd(string node)
    {
        int before = _moves.Count;
        _out.Add(node);
        // Pods of the batch's other nodes that were placed on this node need another place.
        IEnumerable<LeavingPod> displaced = _moved.Values.Where(m => m.Node == node).Select(m => m.Pod);
        List<LeavingPod> pods = [.. displaced.Concat(LeavingFrom(node)).OrderByDescending(p => p.Size)];
        if (pods.TrueForAll(TryMove))
            return true;
        Undo(before);
        _out.Remove(node);
        return false;
    }

    /// <summary>
    /// Adds a node with stranded pods. Refused if the batch has stranded pods of the same workload on another node, unless a
    /// PodDisruptionBudget says how many of them may be missing together. Call <see cref="Stranded"/> first.
    /// </summary>
    public bool TryAddStranded(string node)
    {
        StrandedPods stranded = _stranded[node];
        ILookup<string, LeavingBudget> budgets = stranded.Pods.SelectMany(p => p.Budgets).ToLookup(b => b.Name);
        bool isAlone = _out.Count == 0;
        bool mayMiss =
            budgets.All(b => _missing.GetValueOrDefault(b.Key) + b.Count() <= b.First().MayMiss)
            && stranded.Pods.All(p => p.Budgets.Count > 0 || !_strandedWorkloads.ContainsKey(p.Workload));
        if (!isAlone && !mayMiss)
            return false;
        _out.Add(node);
        foreach (IGrouping<string, LeavingBudget> budget in budgets)
            _missing[budget.Key] = _missing.GetValueOrDefault(budget.Key) + budget.Count();
        foreach (LeavingPod pod in stranded.Pods)
            _strandedWorkloads[pod.Workload] = node;
        return true;
    }

    /// <summary>The pods without a place while this node alone is out of service. Starts another batch.</summary>
    public StrandedPods Stranded(string node)
    {
        if (_stranded.TryGetValue(node, out StrandedPods? known))
            return known;
        Clear();
        _out.Add(node);
        List<LeavingPod> pods = [.. LeavingFrom(node).OrderByDescending(p => p.Size)];
        List<LeavingPod> unplaced = pods.FindAll(p => !TryMove(p));
        Clear();
        return _stranded[node] = new(unplaced, Blocking(pods, unplaced));
    }

    /// <summary>
    /// Pods that may have no place while this node alone is out of service although <see cref="Stranded"/> finds places. The order of
    /// evictions is unknown, and the scheduler may choose any node that fits: so for each PodDisruptionBudget the pods of other budgets are
    /// placed first, in several ways, and then its own. Starts another batch. Not judged if more than <see cref="MaximumJudgedHosts"/> nodes
    /// can take pods.
    /// </summary>
    public StrandedPods AtRisk(string node)
    {
        if (_hosts.Count > MaximumJudgedHosts)
            return StrandedPods.None;
        StrandedPods certain = Stranded(node);
        IReadOnlyList<LeavingPod> pods = LeavingFrom(node);
        HashSet<LeavingPod> unplaced = [];
        List<LeavingBudget> blocking = [];
        foreach (LeavingBudget budget in pods.SelectMany(p => p.Budgets).DistinctBy(b => b.Name).Where(b => !certain.Blocking.Contains(b)))
        {
            // A budget that allows all of its pods to be missing blocks nothing.
            if (pods.Count(p => p.Budgets.Contains(budget)) <= budget.MayMiss)
                continue;
            if (FindStranded(node, pods, budget) is not { } left)
                continue;
            blocking.Add(budget);
            unplaced.UnionWith(left.Where(p => p.Budgets.Contains(budget)));
        }

        Clear();
        return new([.. unplaced], blocking);
    }

    // The pods without a place in the first placement in which the budget allows no further eviction; null if there is none.
    private List<LeavingPod>? FindStranded(string node, IReadOnlyList<LeavingPod> pods, LeavingBudget budget)
    {
        ILookup<bool, LeavingPod> covered = pods.ToLookup(p => p.Budgets.Contains(budget));
        foreach (HostChoice choice in Enum.GetValues<HostChoice>())
        {
            foreach (bool isSmallFirst in (ReadOnlySpan<bool>)[true, false])
            {
                Clear();
                _out.Add(node);
                (_choice, _rival) = (choice, covered[true].First());
                foreach (LeavingPod pod in covered[true])
                    Leave(pod);
                IEnumerable<LeavingPod> others = covered[false].Concat(_waiting).OrderBy(p => isSmallFirst ? p.Size : -p.Size);
                List<LeavingPod> unplaced = [.. others.Concat(covered[true].OrderBy(p => p.Size)).Where(p => !TryMove(p))];
                (_choice, _rival) = (HostChoice.Next, null);
                if (Blocking([.. pods], unplaced).Contains(budget))
                    return unplaced;
            }
        }

        return null;
    }

    // Budgets with too many missing pods; and budgets that allow no further eviction while the missing pods cannot be replaced by another
    // pod.
    private static List<LeavingBudget> Blocking(List<LeavingPod> pods, List<LeavingPod> unplaced) =>
        [
            .. from budget in unplaced.SelectMany(p => p.Budgets).GroupBy(b => b.Name, b => b)
            let missing = budget.Count()
            let others = pods.Count(p => p.Budgets.Any(b => b.Name == budget.Key)) - missing
            let isFixed = unplaced.Exists(p => !p.IsInterchangeable && p.Budgets.Any(b => b.Name == budget.Key))
            where missing > budget.First().MayMiss || (missing == budget.First().MayMiss && others > 0 && isFixed)
            select budget.First(),
        ];

    private bool TryMove(LeavingPod pod)
    {
        string from = _moved.TryGetValue(pod.Key, out (LeavingPod, string Node) moved) ? moved.Node : pod.Pod.Spec.NodeName ?? "";
        _simulator.Remove(pod.Pod);
        PodFit fit = _simulator.FitOf(pod.Pod);
        int start = _choice == HostChoice.Next ? _lastHost.GetValueOrDefault(pod.Workload) : 0;
        List<NodeState> hosts = Hosts();
        bool isUnknown = false;
        for (int i = 0; i < hosts.Count; i++)
        {
            int index = (start + i) % hosts.Count;
            NodeState host = hosts[index];
            if (_out.Contains(host.Name))
                continue;
            FitVerdict verdict = fit.Evaluate(host).Verdict;
            isUnknown |= verdict == FitVerdict.Unknown;
            if (verdict != FitVerdict.Fits)
                continue;
            _simulator.Assume(pod.Pod, host.Name);
            if (_choice == HostChoice.Next)
                _lastHost[pod.Workload] = index;
            RecordMove(pod, from, host.Name);
            return true;
        }

        // A pod that cannot be judged may fit: it takes no room.
        if (isUnknown)
            RecordMove(pod, from, "");
        else if (from.Length > 0)
            _simulator.Assume(pod.Pod, from);
        return isUnknown;
    }

    // Its eviction, without a place for its replacement yet.
    private void Leave(LeavingPod pod)
    {
        _simulator.Remove(pod.Pod);
        RecordMove(pod, pod.Pod.Spec.NodeName ?? "", "");
    }

    private List<NodeState> Hosts()
    {
        if (_choice == HostChoice.Next)
            return _hosts;
        if (_choice == HostChoice.Emptiest)
            return [.. _hosts.OrderByDescending(FreeShare)];
        // The rival's nodes first, the fullest of them before the others.
        PodFit rival = _simulator.FitOf(_rival!.Pod);
        return [.. _hosts.OrderByDescending(h => !_out.Contains(h.Name) && rival.Evaluate(h).Verdict == FitVerdict.Fits).ThenBy(FreeShare)];
    }

    private void RecordMove(LeavingPod pod, string from, string to)
    {
        _moves.Add((pod, from));
        _moved[pod.Key] = (pod, to);
    }

    private void Undo(int downTo)
    {
        for (int i = _moves.Count - 1; i >= downTo; i--)
        {
            (LeavingPod pod, string from) = _moves[i];
            if (from.Length > 0)
                _simulator.Assume(pod.Pod, from);
            else
                _simulator.Remove(pod.Pod);
            if (from == (pod.Pod.Spec.NodeName ?? ""))
                _moved.Remove(pod.Key);
            else
                _moved[pod.Key] = (pod, from);
        }

        _moves.RemoveRange(downTo, _moves.Count - downTo);
    }

    private IReadOnlyList<LeavingPod> LeavingFrom(string node) => _leaving.GetValueOrDefault(node) ?? [];

    // As the scheduler's NodeResourcesFit scores nodes by default (LeastAllocated).
    private static decimal FreeShare(NodeState host) => Share(host, "cpu") + Share(host, "memory");

    private static decimal Share(NodeState host, string resource) =>
        host.Allocatable(resource) is > 0 and var all ? host.Free(resource) / all : 0;

    /// <summary>The choice among nodes that fit.</summary>
    private enum HostChoice
    {
        /// <summary>The next node after the one of the workload's previous pod: the fastest.</summary>
        Next,

        /// <summary>As the scheduler scores by default.</summary>
        Emptiest,

        /// <summary>A node that a pod of the judged budget could use.</summary>
        Rival,
    }
}
