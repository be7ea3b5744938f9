using System.Globalization;
using NodeManager.Autoscaling.Planning.Demand;
using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Recommendations.Decisions;
using NodeManager.Scheduling;
using NodeManager.Scheduling.Packing;

namespace NodeManager.Autoscaling.Planning.ScaleUp;

/// <summary>
/// Applies the configuration's thresholds and bounds to a plan: adds machines for a share above <c>scaleUpThreshold</c> or fewer nodes than
/// <c>minNodes</c>, and none beyond <c>maxNodes</c>, also for pending pods. Uses the rules of recommendations.
/// </summary>
internal sealed class ThresholdDemand
{
    private readonly ScaleInput _input;
    private readonly IReadOnlyList<PoolState> _pools;
    private readonly PodPacker _packer;
    private readonly Dictionary<PackedMachine, (string Reason, string Message)> _reasons = [];
    private readonly HashSet<PackedMachine> _beyond;

    private ThresholdDemand(
        ScaleInput input,
        IReadOnlyList<PoolState> pools,
        PodPacker packer,
        IReadOnlyList<PackedPod> packed,
        ThresholdShares shares
    )
    {
        _input = input;
        _pools = pools;
        _packer = packer;
        Shares = shares;
        int room = Math.Max(0, Configuration.MaxNodes - shares.Nodes);
        _beyond = [.. packer.Machines.Skip(room)];
        foreach (PackedMachine machine in packer.Machines.Take(room))
            shares.Add(machine);
        shares.Place(packed.Where(one => !FreeRoom.IsFreeRoom(one.Pod) && (one.Machine is null || !_beyond.Contains(one.Machine))));
    }

    /// <summary>After the machines of the plan.</summary>
    public ThresholdShares Shares { get; }

    /// <summary>For the next plan.</summary>
    public RecommendationHistory.Entry? Entry { get; private set; }

    /// <inheritdoc cref="ScaleMemory.AboveSince"/>
    public DateTimeOffset? AboveSince { get; private set; }

    /// <summary>The end of the window that delays a machine; null: none.</summary>
    public (string Pool, DateTimeOffset At)? HeldUntil { get; private set; }

    /// <summary>Why fewer machines are created than the thresholds require; null: none is missing.</summary>
    public (string Reason, string Message)? Unmet { get; private set; }

    private NodeManagerConfiguration Configuration => Shares.Thresholds.Configuration;

    /// <summary>Null without thresholds.</summary>
    public static ThresholdDemand? Of(
        ScaleInput input,
        IReadOnlyList<PoolState> pools,
        ClusterSnapshot snapshot,
        IReadOnlyCollection<string> inFlight,
        IReadOnlyCollection<string> leaving,
        PodPacker packer,
        IReadOnlyList<PackedPod> packed
    )
    {
        if (input.Thresholds is null)
            return null;
        ThresholdShares shares = new(
            new(input.Thresholds.Configuration, input.Memory.ByThreshold),
            input.Thresholds.Usage,
            input.Now,
            [.. snapshot.Nodes.Where(static node => ScaleThresholds.Covers(node.Node))],
            inFlight,
            leaving
        );
        ThresholdDemand demand = new(input, pools, packer, packed, shares);
        demand.Make();
        return demand;
    }

    /// <summary>True for a machine beyond <c>maxNodes</c>.</summary>
    public bool IsBeyond(PackedMachine machine) => _beyond.Contains(machine);

    /// <summary>The threshold that requires the machine; null: none.</summary>
    public (string Reason, string Message)? ReasonOf(PackedMachine machine) =>
        _reasons.TryGetValue(machine, out var reason) ? reason : null;

    /// <summary>The message for a reached <c>maxNodes</c>.</summary>
    public string AtMaximum =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"The cluster has {Shares.Nodes} nodes, new ones included; maxNodes of the configuration is {Configuration.MaxNodes}."
        );

    private void Make()
    {
        ScaleThresholds thresholds = Shares.Thresholds;
        ThresholdShare? above = Shares.Above(thresholds.UpAbove).MaxBy(static share => share.Percent);
        bool hasAdded = false;
        if (_beyond.Count > 0)
            Unmet = (AutoscalerReason.NodeLimit, AtMaximum);
        if (above is not null)
        {
            AboveSince = LimitToNow(_input.Memory.AboveSince) ?? _input.Now;
            // Below the threshold it continues for the margin, and says so.
            string until =
                thresholds.UpAbove < Configuration.ScaleUpThreshold
                    ? string.Create(CultureInfo.InvariantCulture, $" Machines are added until the share is {thresholds.UpAbove:0.#}%.")
                    : "";
            (string, string) why = (
                AutoscalerReason.AboveThreshold,
                string.Create(CultureInfo.InvariantCulture, $"{above}; scaleUpThreshold is {Configuration.ScaleUpThreshold:0.#}%.{until}")
            );
            int before = Shares.Nodes;
            bool isRelieved = Shares.Relieve(() => TryAdd(why));
            if (!isRelieved)
                Unmet = (AutoscalerReason.TooLarge, $"{above}, and DaemonSets alone would fill new machines.");
            hasAdded = Shares.Nodes - before > (isRelieved ? 0 : 1);
        }

        while (
            Shares.Nodes < Configuration.MinNodes
            && TryAdd(
                (
                    AutoscalerReason.MinNodes,
                    string.Create(CultureInfo.InvariantCulture, $"minNodes of the configuration is {Configuration.MinNodes}.")
                )
            )
        ) { }

        Entry = new(
            above is null ? NodeScaleAction.None : NodeScaleAction.ScaleUp,
            hasAdded ? _input.Now : LimitToNow(_input.Memory.ByThreshold?.LastScaleUp)
        );
    }

    // A clock that was set back must not extend a window.
    private DateTimeOffset? LimitToNow(DateTimeOffset? time) => time > _input.Now ? _input.Now : time;

    // Machines without taints for the pods first, then the pool with the most.
    private bool TryAdd((string Reason, string Message) why)
    {
        if (Shares.Nodes >= Configuration.MaxNodes)
        {
            Unmet = (AutoscalerReason.NodeLimit, $"{why.Message} {AtMaximum}");
            return false;
        }

        foreach (
            PoolState pool in _pools
                .Where(static one => one.IsOpen && one.UpdatedBy is null)
                .OrderBy(static one =>
                    one.Pool.Spec.MachineTemplate.Taints?.Exists(static taint => taint.Effect != "PreferNoSchedule") == true
                )
                .ThenByDescending(static one => one.Pool.Spec.Priority ?? 0)
                .ThenByDescending(static one => one.Members.Count)
                .ThenBy(static one => one.Name, StringComparer.Ordinal)
        )
        {
            if (AboveSince + pool.ScaleUpWindow is { } at && at > _input.Now && why.Reason == AutoscalerReason.AboveThreshold)
            {
                HeldUntil = (pool.Name, at);
                return false;
            }

            if (_packer.OpenEmpty(pool.Name) is not { } machine)
                continue;
            _reasons[machine] = why;
            Shares.Add(machine);
            return true;
        }

        Unmet = (AutoscalerReason.NodeLimit, $"{why.Message} No pool can create another machine within its limits.");
        return false;
    }
}
