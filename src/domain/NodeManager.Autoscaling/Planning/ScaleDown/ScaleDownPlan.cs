using System.Globalization;
using NodeManager.Autoscaling.Planning.Demand;
using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Autoscaling.Planning.ScaleUp;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Recommendations.Decisions;
using NodeManager.Scheduling;
using NodeManager.Scheduling.Decisions;

namespace NodeManager.Autoscaling.Planning.ScaleDown;

/// <summary>
/// Selects nodes to remove: empty ones first, then those whose pods fit on the others. A node whose pods request more than half of it
/// stays: moving them costs more than it saves.
/// </summary>
internal sealed partial class ScaleDownPlan
{
    /// <summary>The maximum utilization of a node whose pods are moved.</summary>
    public const decimal WorthwhileUpTo = 0.5m;

    private readonly ScaleInput _input;
    private readonly ScaleUpPlan _up;
    private readonly IReadOnlySet<string> _confirming;
    private readonly IReadOnlyList<PoolState> _pools;
    private readonly RunningReplacements _running;
    private readonly PlacementSimulator _simulator;
    private readonly HashSet<string> _targets;
    private readonly RemovalPlacement _placement;
    private readonly BudgetReservations _pdbs;
    private readonly ILookup<string, Pod> _placed;
    private readonly Dictionary<string, DateTimeOffset> _unneeded = new(StringComparer.Ordinal);
    private readonly HashSet<string> _receivers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _quietAt = new(StringComparer.Ordinal);

    private ScaleDownPlan(ScaleInput input, ScaleUpPlan up, IReadOnlyList<PoolState> pools, IReadOnlySet<string> confirming)
    {
        _input = input;
        _up = up;
        _confirming = confirming;
        _pools = pools;
        _running = new(input, pools, up.FutureTimes);
        Changes.AddRange(_running.Changes);
        _pdbs = new(input.Budgets, input.BudgetVersion, input.MinorVersion);
        _placed = up.Placed.ToLookup(static one => one.Node, static one => one.Pod, StringComparer.Ordinal);
        _simulator = new(up.Snapshot);
        foreach ((Pod pod, string node) in up.Placed)
            _simulator.Assume(pod, node);
        HashSet<string> notReady =
        [
            .. pools
                .SelectMany(static pool => pool.Members)
                .Where(member => member.IsInFlight || member.IsLeaving || _running.Of(member) is not null)
                .Select(static member => member.Node?.Metadata.Name)
                .OfType<string>(),
        ];
        foreach (PoolState pool in pools)
        {
            if (pool.Pool.Status?.LastScaleActivity is { } active)
                _quietAt[pool.Name] =
                    up.FutureTimes.Of(string.Create(CultureInfo.InvariantCulture, $"activity {pool.Name} {active:O}"), active)
                    + pool.ScaleDownWindow;
        }

        // Pods are not moved to a node with a silent kubelet, or one that is replaced.
        _targets = [.. input.Nodes.Select(static node => node.Metadata.Name).Where(name => !notReady.Contains(name))];
        _placement = new(_simulator, _targets);
        KeepPlaces();
    }

    public List<NodeScalePlanNode> Nodes { get; } = [];

    public List<DateTimeOffset> Changes { get; } = [];

    private ThresholdShares? Shares => _up.ByThreshold?.Shares;

    public ScaleMemory Memory => new(_unneeded) { Abandoned = _running.Abandoned };

    /// <param name="up">The decisions about pending pods; its snapshot is consumed.</param>
    /// <param name="confirming">Names of nodes whose removal was decided before: windows and recent activity do not count.</param>
    public static ScaleDownPlan Of(
        ScaleInput input,
        ScaleUpPlan up,
        IReadOnlyList<PoolState> pools,
        IReadOnlySet<string> confirming,
        CancellationToken cancellationToken
    )
    {
        ScaleDownPlan plan = new(input, up, pools, confirming);
        foreach (PoolState pool in pools)
            plan.Judge(pool, cancellationToken);
        plan.Replace(cancellationToken);
        return plan;
    }

    private void Judge(PoolState pool, CancellationToken cancellationToken)
    {
        // Another client may remove a node that only carries the label at any time.
        int staying = pool.Members.Count(static member => member.Claim is not null && !member.IsLeaving && !member.IsInFlight);
        // Their replacements are Ready and count as staying: no other node is removed in their place.
        int replaced = pool.Members.Count(member => !member.IsLeaving && _running.Of(member) is { IsReady: true });
        int disrupted = pool.Members.Count(static member =>
            member.IsLeaving || (member.Node is { } node && !member.IsInFlight && !node.IsReady())
        );
        DisruptionBudgets budgets = _budgets[pool.Name] = new(pool.Pool.Spec.ScaleDown?.Budgets, pool.Members.Count, disrupted, _input.Now);
        foreach (PoolMember member in pool.Members.Where(static member => !member.IsLeaving))
            if (_running.Of(member) is { IsReady: false } running)
                budgets.Count(running.Reason);
        // Active thresholds remove nodes below them; a pool with Disabled keeps its nodes.
        string mode = pool.Pool.Spec.ScaleDown?.Consolidation?.Mode ?? (Shares is null ? "Disabled" : "SingleNode");
        Removals removals = new(budgets, mode) { Staying = staying, Replaced = replaced };
        foreach (Candidate candidate in Candidates(pool))
        {
            cancellationToken.ThrowIfCancellationRequested();
            RemovalVerdict verdict = Judge(pool, candidate, removals);
            if (verdict.Decision != AutoscalerDecision.Remove && candidate.Due is { IsReplaced: true } due)
                budgets.Count(due.Reason);
            Add(candidate.Member, verdict.Decision, verdict.Reason, verdict.Message, candidate.Moving, verdict.At);
        }

        _staying[pool.Name] = removals.Counted(isReplaced: false);
        if (budgets.NextChange is { } change)
            Changes.Add(change);
    }

    private RemovalVerdict Judge(PoolState pool, Candidate candidate, Removals removals)
    {
        if (!candidate.Removal.IsEmpty && Refusal(pool, candidate, removals.Mode) is { } refusal)
            return refusal;
        if (_receivers.Contains(candidate.Node))
            return RemovalVerdict.Keep(AutoscalerReason.Needed, "Pods of a node that is removed move here.");
        if (Move(candidate) is { } stuck)
        {
            AddOption(pool, candidate);
            return RemovalVerdict.Keep(stuck.Reason, stuck.Message);
        }

        RemovalVerdict verdict = Decide(pool, candidate, removals);
        if (verdict.Decision == AutoscalerDecision.Remove)
        {
            _receivers.UnionWith(_placement.ReceiversOf(candidate.Moving));
            return verdict;
        }

        _placement.Undo(candidate.Node, candidate.Moving);
        // A pool at its minimum gets the replacement first.
        if (verdict.Reason is AutoscalerReason.MinNodes or AutoscalerReason.NodeCount && candidate.Due is { IsReplaced: false })
            AddOption(pool, candidate);
        return verdict;
    }

    // In the order of their removal; reports the decisions about the other members.
    private IEnumerable<Candidate> Candidates(PoolState pool)
    {
        List<Candidate> candidates = [];
        foreach (PoolMember member in pool.Members)
        {
            if (Departures.Of(_input, pool, member, _placed, _running.IsReplacing(member)) is { } leaving)
                Add(member, AutoscalerDecision.Remove, leaving.Reason, leaving.Message, []);
            else if (Obstacle(pool, member) is { } kept)
                Add(member, AutoscalerDecision.Keep, kept.Reason, kept.Message, []);
            else if (_running.IsReplacing(member))
                Add(
                    member,
                    AutoscalerDecision.Keep,
                    AutoscalerReason.Replacing,
                    "It replaces another node, and is kept until that is gone.",
                    []
                );
            else if (_running.Of(member) is { IsReady: false } running)
                Add(member, AutoscalerDecision.Wait, running.Reason, $"It is removed when its replacement {running.By} is Ready.", []);
            else if (
                _up.Contradictions.SettlingNodes.TryGetValue(member.Node!.Metadata.Name, out (string Message, DateTimeOffset? At) settling)
            )
                Add(member, AutoscalerDecision.Wait, AutoscalerReason.NotAsPlanned, settling.Message, [], settling.At);
            else
                candidates.Add(
                    new(member, RemovalCandidate.Of(_up.Snapshot.Node(member.Node!.Metadata.Name)!, IsExpendable), DueOf(pool, member))
                );
        }

        return RemovalCandidate
            .Order(candidates, static one => one.Removal)
            .ThenBy(one => _input.Memory.UnneededSince.TryGetValue(one.Uid, out DateTimeOffset since) ? since : _input.Now)
            .ThenBy(static one => one.Member.Title, StringComparer.Ordinal)
            // Their replacements are Ready: budgets and the minimum serve them first.
            .OrderBy(static one => one.Due is not { IsReplaced: true });
    }

    private bool IsExpendable(Pod pod) => !FreeRoom.IsFreeRoom(pod) && PendingPods.IsExpendable(pod, _input.Policy.ExpendableBelow);

    private (string Reason, string Message)? Obstacle(PoolState pool, PoolMember member)
    {
        if (member.Claim is null)
            return (AutoscalerReason.NoClaim, $"No claim of pool '{pool.Name}' owns the node; it carries only the pool's label.");
        if (member.IsLeaving)
            return (AutoscalerReason.BeingRemoved, $"Claim '{member.Claim.Metadata.Name}' is being deleted.");
        if (member.HasFailed)
            return (AutoscalerReason.ClaimFailed, $"Claim '{member.Claim.Metadata.Name}' has failed.");
        if (member.IsInFlight)
            return (AutoscalerReason.ClaimNotReady, $"Claim '{member.Claim.Metadata.Name}' is not initialized yet.");
        if (member.Node is null)
            return (AutoscalerReason.ClaimNotReady, $"The node of claim '{member.Claim.Metadata.Name}' is missing.");
        if (pool.UpdatedBy is { } update)
            return (AutoscalerReason.PoolUpdate, $"Update {update} rolls the pool; until it ends, only the update removes nodes.");
        if (_input.Locks.GetValueOrDefault(member.Node.Metadata.Uid ?? "") is { } held)
        {
            // A lock without a renewal ends by time alone.
            Changes.Add(_input.Now + held.Duration);
            return RemovalRules.OfNode(member.Node, held);
        }

        return pool.IsDeleted ? (AutoscalerReason.PoolDeleted, "The pool is being deleted; its finalizer removes the nodes.")
            : pool.Problem is not null ? (AutoscalerReason.PoolInvalid, pool.ProblemText)
            : RemovalRules.OfNode(member.Node, null);
    }

    // The first pod that must not be moved.
    private RemovalVerdict? Fixed(List<Pod> running)
    {
        foreach (Pod pod in running)
        {
            if (RemovalRules.OfPod(pod, _input.Now) is not { } forbidden)
                continue;
            if (RemovalRules.ProtectedUntil(pod) is { } until)
                Changes.Add(until);
            return RemovalVerdict.Keep(forbidden.Reason, forbidden.Message);
        }

        return running.Find(static pod => pod.Spec.ResourceClaims is { Count: > 0 }) is { } bound
            ? RemovalVerdict.Keep(
                AutoscalerReason.ResourceClaims,
                $"Pod {bound.Key()} uses devices by {PendingPods.TextOf(bound.Spec.ResourceClaims![0])}"
            )
            : null;
    }

    private RemovalVerdict? Refusal(PoolState pool, Candidate candidate, string mode)
    {
        List<Pod> running = [.. candidate.Moving.Where(pod => !_placed[candidate.Node].Contains(pod))];
        foreach (Pod pod in _placed[candidate.Node].Where(static pod => !FreeRoom.IsFreeRoom(pod)))
            return RemovalVerdict.Keep(AutoscalerReason.PendingPods, $"Pod {Replacements.KeyOf(pod)} waits and fits here.");
        if (Fixed(running) is { } forbidden)
            return forbidden;
        // Only free room runs there, which another node may provide as well.
        if (running.Count == 0 || candidate.Due is { Reason: not AutoscalerReason.Underutilized })
            return null;
        if (candidate.Due is not null)
            return Young(pool, candidate);
        if (mode == "Disabled")
            return RemovalVerdict.Keep(
                AutoscalerReason.ConsolidationDisabled,
                Pods(
                    running.Count,
                    "runs here and consolidation is off (scaleDown.consolidation).",
                    "run here and consolidation is off (scaleDown.consolidation)."
                )
            );
        if (Shares is not null)
        {
            if (Shares.IsUnmeasured(candidate.Node))
                return RemovalVerdict.Keep(AutoscalerReason.NotBelowThreshold, "Its usage is unknown.");
            bool wasBelow = _input.Memory.UnneededSince.ContainsKey(candidate.Uid);
            return Shares.NotBelow(candidate.Removal with { Moving = running }, wasBelow) is { } full
                ? RemovalVerdict.Keep(
                    AutoscalerReason.NotBelowThreshold,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{full.Percent:0.#}% of its {full.Resource} is {full.Kind}; scaleDownThreshold is {Shares.Thresholds.RemovalBelow(wasBelow):0.#}%{(wasBelow ? " for a node that was below it" : "")}."
                    )
                )
                : null;
        }

        if (ReplacesByPrice(pool))
            return Young(pool, candidate);
        return candidate.Removal.Utilization > WorthwhileUpTo
            ? RemovalVerdict.Keep(
                AutoscalerReason.NotWorthwhile,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Its pods request {candidate.Removal.Utilization * 100:0} % of it; only up to {WorthwhileUpTo * 100:0} % is moving them worthwhile."
                )
            )
            : null;
    }

    // Moves the pods to other nodes, or restores them and returns the reason.
    private (string Reason, string Message)? Move(Candidate candidate)
    {
        if (_placement.Move(candidate.Node, candidate.Moving) is not var (pod, why))
            return null;
        return FreeRoom.IsFreeRoom(pod)
            ? (AutoscalerReason.Headroom, $"The node keeps room for the {FreeRoom.Title(pod)}.")
            : (AutoscalerReason.Needed, $"Pod {pod.Key()} fits on no other node: {why.Message}");
    }

    private RemovalVerdict Decide(PoolState pool, Candidate candidate, Removals removals)
    {
        List<Pod> running = candidate.Running;
        bool isEmpty = running.Count == 0;
        string reason =
            candidate.Due is { } due ? due.Reason
            : isEmpty ? AutoscalerReason.Empty
            : AutoscalerReason.Underutilized;
        DateTimeOffset since =
            _input.Memory.UnneededSince.TryGetValue(candidate.Uid, out DateTimeOffset known) && known <= _input.Now ? known : _input.Now;
        _unneeded[candidate.Uid] = since;
        if (Minimum(pool, removals.Counted(candidate.Due is { IsReplaced: true })) is { } kept)
            return kept;
        if (Shares?.Overfull(candidate.Removal) is { } full)
            return RemovalVerdict.Keep(AutoscalerReason.OthersTooFull, Shares.OverfullText(full));
        if (candidate.Due is null && !_confirming.Contains(candidate.Node) && Delay(pool, since, isEmpty) is { } delayed)
            return delayed;
        if (candidate.Due is { IsReplaced: false } && Busy(pool) is { } busy)
            return RemovalVerdict.Wait(AutoscalerReason.DisruptionBudget, busy);
        if (candidate.Due is null && !isEmpty && removals is { Mode: "SingleNode", Consolidated: > 0 })
            return RemovalVerdict.Wait(
                AutoscalerReason.DisruptionBudget,
                "Another node is removed first: consolidation removes one node at a time (mode SingleNode)."
            );
        if (removals.Budgets.Take(reason) is { } budget)
            return RemovalVerdict.Wait(
                AutoscalerReason.DisruptionBudget,
                $"The {DisruptionBudgets.TextOf(budget)} allows no removal right now."
            );
        if (_pdbs.Take(running) is { } refused)
            return RemovalVerdict.Wait(AutoscalerReason.PodDisruptionBudget, refused.Message);
        Shares?.Remove(candidate.Removal);
        removals.Staying--;
        if (candidate.Due is { IsReplaced: true })
            removals.Replaced--;
        if (!isEmpty)
            removals.Consolidated++;
        string message = candidate.Due is not null ? $"{candidate.Due.Message} " : "";
        message += isEmpty ? "No pod needs the node." : Pods(running.Count, "fits on other nodes.", "fit on other nodes.");
        return new(AutoscalerDecision.Remove, reason, message);
    }

    private static string Pods(int count, string one, string several) =>
        count == 1 ? $"Its pod {one}" : string.Create(CultureInfo.InvariantCulture, $"Its {count} pods {several}");

    private void Add(
        PoolMember member,
        string decision,
        string reason,
        string message,
        IReadOnlyList<Pod> moving,
        DateTimeOffset? at = null
    ) => Nodes.Add(Describe(member, decision, reason, message, moving, at));

    private NodeScalePlanNode Describe(
        PoolMember member,
        string decision,
        string reason,
        string message,
        IReadOnlyList<Pod> moving,
        DateTimeOffset? at
    )
    {
        string uid = member.Node?.Metadata.Uid ?? member.Node?.Metadata.Name ?? "";
        return new()
        {
            Session = _input.Session,
            Cluster = _input.Session?.Cluster ?? "",
            Node = member.Node?.Metadata.Name ?? "",
            NodeUid = member.Node?.Metadata.Uid ?? "",
            Claim = member.Claim?.Metadata.Name ?? "",
            Pool = member.Pool.Metadata.Name,
            Decision = decision,
            Reason = reason,
            Message = message,
            Pods = new([.. moving.Where(static pod => !FreeRoom.IsFreeRoom(pod)).Select(static pod => pod.Key())]),
            UnneededSince = _unneeded.TryGetValue(uid, out DateTimeOffset since) ? since : null,
            RemovableAt = at,
            Price = PriceOf(_pools.First(one => one.Name == member.Pool.Metadata.Name), member),
        };
    }

    private sealed record Candidate(PoolMember Member, RemovalCandidate Removal, Due? Due)
    {
        public string Node => Removal.Node.Name;

        public string Uid => Removal.Node.Node.Metadata.Uid ?? Node;

        public IReadOnlyList<Pod> Moving => Removal.Moving;

        public List<Pod> Running => [.. Moving.Where(static pod => !FreeRoom.IsFreeRoom(pod))];
    }
}
