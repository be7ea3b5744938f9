using System.Globalization;
using NodeManager.Autoscaling.Planning.Demand;
using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Autoscaling.Resources;
using NodeManager.Kubernetes.Models;
using NodeManager.Scheduling;
using NodeManager.Scheduling.Packing;

namespace NodeManager.Autoscaling.Planning.ScaleUp;

/// <summary>Which pods get a place where, and the machines to make.</summary>
internal sealed class ScaleUpPlan
{
    private readonly ScaleInput _input;
    private readonly IReadOnlyList<PoolState> _pools;
    private readonly Dictionary<string, PoolMember> _inFlight;

    private ScaleUpPlan(ScaleInput input, IReadOnlyList<PoolState> pools)
    {
        _input = input;
        _pools = pools;
        Ahead = new(input);
        _inFlight = pools
            .SelectMany(static pool => pool.Members)
            .Where(static member => member.IsInFlight)
            .DistinctBy(static member => member.Expected.Metadata.Name)
            .ToDictionary(static member => member.Expected.Metadata.Name, StringComparer.Ordinal);
    }

    public List<NodeScalePlanMachine> Machines { get; } = [];

    public List<NodeScalePlanPod> Pods { get; } = [];

    /// <summary>By pool: since when pods wait for its machines.</summary>
    public Dictionary<string, DateTimeOffset> DemandSince { get; } = new(StringComparer.Ordinal);

    /// <summary>By pool: when its window lets it make the machines that it holds back.</summary>
    public Dictionary<string, DateTimeOffset> HeldUntil { get; } = new(StringComparer.Ordinal);

    /// <summary>Times that lie ahead of the clock.</summary>
    public AheadTimes Ahead { get; }

    /// <summary>Where pods without a node, and free room, go among the nodes that exist.</summary>
    public List<(Pod Pod, string Node)> Placed { get; } = [];

    /// <summary>What thresholds add and forbid; null: the plan has none.</summary>
    public ThresholdDemand? ByThreshold { get; private set; }

    /// <summary>What became of each buffer.</summary>
    public IReadOnlyList<BufferOutcome> Buffers { get; private set; } = [];

    /// <summary>Machines that are not what was planned.</summary>
    public MachineContradictions Contradictions { get; private set; } = null!;

    /// <summary>What the machines are planned to be, by <see cref="NodeScalePlanMachine.Id"/>.</summary>
    public Dictionary<string, PlannedMachine> Plans { get; } = new(StringComparer.Ordinal);

    /// <summary>The cluster with the nodes that are on their way, without what is placed.</summary>
    public ClusterSnapshot Snapshot { get; private set; } = null!;

    public static ScaleUpPlan Of(ScaleInput input, IReadOnlyList<PoolState> pools, CancellationToken cancellationToken)
    {
        ScaleUpPlan plan = new(input, pools);
        plan.Make(cancellationToken);
        return plan;
    }

    private void Make(CancellationToken cancellationToken)
    {
        IEnumerable<Node> recent = _pools
            .SelectMany(static pool => pool.Members)
            .Where(member =>
                member is { Claim: not null, Node: not null, IsInFlight: false } && PoolEvidence.SettlesAt(member) > _input.Now
            )
            .Select(static member => member.Node!);
        Snapshot = PlanSnapshot.Of(_input, _inFlight, recent);
        List<PendingPod> pending = PendingPods.Of(_input.Pods, Snapshot);
        foreach (PendingPod nominated in pending.Where(static one => one.Reason == ScaleReason.Nominated))
            Snapshot.Assume(nominated.Pod, nominated.Target);
        Dictionary<string, PendingPod> waiting = pending
            .Where(static one => one.Decision is null)
            .ToDictionary(static one => one.Pod.Key(), StringComparer.Ordinal);
        List<Pod> demand =
        [
            .. waiting.Values.Select(static one => one.Pod),
            .. _input.Buffers.SelectMany(buffer => FreeRoom.Of(buffer, _input.BufferTargets)),
            .. _pools.Where(static pool => pool.IsOpen).SelectMany(static pool => FreeRoom.Of(pool.Pool)),
        ];
        IReadOnlyList<MachineOffer> offers =
        [
            .. _pools.Where(static pool => pool.IsOpen).SelectMany(pool => PoolOffers.Of(pool, demand, _input.DaemonSets)),
        ];
        HashSet<string> leaving =
        [
            .. _pools
                .SelectMany(static pool => pool.Members)
                .Where(static member => member is { IsLeaving: true, Node: not null })
                .Select(static member => member.Node!.Metadata.Name),
        ];
        Contradictions = MachineContradictions.Of(_input, _pools, Snapshot, demand);
        PodPacker packer = new(Snapshot, offers, node => !leaving.Contains(node.Name), Contradictions.IsRefused);
        IReadOnlyList<PackedPod> packed = packer.Pack(demand, cancellationToken);
        KeepLeast(packer);
        ByThreshold = ThresholdDemand.Of(_input, _pools, Snapshot, _inFlight.Keys, leaving, packer, packed);
        if (ByThreshold?.HeldUntil is var (pool, until))
            HeldUntil[pool] = until;

        Dictionary<PackedMachine, List<PackedPod>> byMachine = packed
            .Where(static one => one.Machine is not null)
            .GroupBy(static one => one.Machine!)
            .ToDictionary(static group => group.Key, static group => group.ToList());
        Hold(byMachine, waiting);
        Dictionary<PackedMachine, string> ids = Number(packer.Machines, byMachine);
        foreach (PackedPod one in packed)
        {
            if (one.Node is not null)
                Placed.Add((one.Pod, one.Node));
            if (waiting.TryGetValue(one.Pod.Key(), out PendingPod? pod))
                Pods.Add(Verdict(one, pod, ids));
        }

        Buffers = [.. _input.Buffers.Where(FreeRoom.IsServed).Select(buffer => Outcome(buffer, packed))];
        foreach (PendingPod other in pending.Where(static one => one.Decision is not null))
            Pods.Add(Shown(other.Pod, other.Decision!, other.Reason, other.Message, other.Target, "", other.UnschedulableSince));
        Pods.Sort(
            static (left, right) =>
                string.CompareOrdinal(left.Namespace, right.Namespace) is not 0 and var order
                    ? order
                    : string.CompareOrdinal(left.Name, right.Name)
        );
    }

    private BufferOutcome Outcome(CapacityBuffer buffer, IReadOnlyList<PackedPod> packed)
    {
        string title = FreeRoom.Title(buffer);
        List<PackedPod> room = [.. packed.Where(one => FreeRoom.IsFreeRoom(one.Pod) && FreeRoom.Title(one.Pod) == title)];
        int free = room.Count(one => one.Node is { } node && !_inFlight.ContainsKey(node));
        return new(
            buffer,
            FreeRoom.Target(buffer, _input.BufferTargets),
            room.Count,
            free,
            room.Count(static one => one.Node is not null || one.Machine is not null) - free
        );
    }

    /// <summary>At least so many machines, those that leave not counted, nor nodes that only carry the pool's label: the pool does not keep them. An update replaces what it removes by itself.</summary>
    private void KeepLeast(PodPacker packer)
    {
        foreach (PoolState pool in _pools.Where(static pool => pool.IsOpen && pool.UpdatedBy is null))
        {
            int there =
                pool.Members.Count(static member => member.Claim is not null && !member.IsLeaving)
                + packer.Machines.Count(machine => machine.Offer.Pool == pool.Name);
            for (; there < pool.Least.Nodes && packer.OpenEmpty(pool.Name) is not null; there++) { }
        }
    }

    /// <summary>Demand must have lasted for the pool's window; what only keeps room free, or the least number of nodes, need not.</summary>
    private void Hold(Dictionary<PackedMachine, List<PackedPod>> byMachine, Dictionary<string, PendingPod> waiting)
    {
        foreach (PoolState pool in _pools)
        {
            List<DateTimeOffset> times =
            [
                .. byMachine
                    .Where(pair => pair.Key.Offer.Pool == pool.Name)
                    .SelectMany(static pair => pair.Value)
                    .Select(one => waiting.GetValueOrDefault(one.Pod.Key())?.UnschedulableSince)
                    .OfType<DateTimeOffset>(),
            ];
            if (times.Count == 0)
                continue;
            DateTimeOffset since = times.Min();
            DemandSince[pool.Name] = since;
            if (Ahead.Of($"demand {pool.Name}", since) + pool.ScaleUpWindow is var until && until > _input.Now)
                HeldUntil[pool.Name] = until;
        }
    }

    private bool IsHeld(PackedMachine machine, Dictionary<PackedMachine, List<PackedPod>> byMachine) =>
        HeldUntil.ContainsKey(machine.Offer.Pool)
        && byMachine.GetValueOrDefault(machine)?.Exists(static one => !FreeRoom.IsFreeRoom(one.Pod)) == true;

    private Dictionary<PackedMachine, string> Number(
        IReadOnlyList<PackedMachine> machines,
        Dictionary<PackedMachine, List<PackedPod>> byMachine
    )
    {
        Dictionary<PackedMachine, string> ids = [];
        Dictionary<string, int> numbers = new(StringComparer.Ordinal);
        foreach (PackedMachine machine in machines)
        {
            if (IsHeld(machine, byMachine) || ByThreshold?.IsBeyond(machine) == true)
                continue;
            string pool = machine.Offer.Pool;
            int number = numbers[pool] = numbers.GetValueOrDefault(pool) + 1;
            string id = ids[machine] = string.Create(CultureInfo.InvariantCulture, $"{pool}/{number}");
            List<PackedPod> pods = byMachine.GetValueOrDefault(machine) ?? [];
            List<Pod> real = [.. pods.Select(static one => one.Pod).Where(static pod => !FreeRoom.IsFreeRoom(pod))];
            PoolState owner = _pools.First(one => one.Name == pool);
            (string reason, string message) =
                real.Count > 0
                    ? (
                        ScaleReason.NewMachine,
                        real.Count == 1 ? $"Pod {real[0].Key()} fits on no node." : $"{real.Count} pods fit on no node."
                    )
                : pods.Count > 0 ? (ScaleReason.Headroom, $"Room for the {FreeRoom.Title(pods[0].Pod)}.")
                : ByThreshold?.ReasonOf(machine) ?? (owner.Least.Reason, owner.LeastText);
            Plans[id] = new(
                machine.Size.Allocatable,
                [.. pods.Select(static one => PodSpecificationKey.Of(one.Pod)).Distinct(StringComparer.Ordinal)]
            );
            Machines.Add(
                new()
                {
                    Session = _input.Session,
                    Cluster = _input.Session?.Cluster ?? "",
                    Pool = pool,
                    Id = id,
                    Shape = machine.Size.Name,
                    Zone = machine.Offer.Zone ?? "",
                    CpuCores = machine.Size.CpuCores,
                    Memory = machine.Size.MemoryMiB * 1048576,
                    Reason = reason,
                    Message = message,
                    Pods = new([.. real.Select(static pod => pod.Key())]),
                }
            );
        }

        return ids;
    }

    private NodeScalePlanPod Verdict(PackedPod packed, PendingPod pending, Dictionary<PackedMachine, string> ids)
    {
        Pod pod = packed.Pod;
        DateTimeOffset? since = pending.UnschedulableSince;
        if (packed.Node is { } node)
        {
            if (!_inFlight.TryGetValue(node, out PoolMember? member))
                return Shown(
                    pod,
                    ScaleDecision.Place,
                    ScaleReason.ExistingNode,
                    $"The pod fits on node '{node}'; the scheduler will place it.",
                    node,
                    "",
                    since
                );
            string claim = member.Claim!.Metadata.Name;
            if (member.HasFailed)
                return Shown(
                    pod,
                    ScaleDecision.Wait,
                    ScaleReason.ClaimFailed,
                    $"Claim '{claim}' for it failed; another machine is tried when that claim is deleted.",
                    claim,
                    member.Pool.Metadata.Name,
                    since
                );
            return Shown(
                pod,
                ScaleDecision.Place,
                ScaleReason.ClaimInFlight,
                $"The pod fits on the machine that claim '{claim}' is creating.",
                claim,
                member.Pool.Metadata.Name,
                since
            );
        }

        if (packed.Machine is { } machine)
        {
            string pool = machine.Offer.Pool;
            if (ByThreshold?.IsBeyond(machine) == true)
                return Shown(pod, ScaleDecision.Wait, ScaleReason.NodeLimit, ByThreshold.AtMaximum, "", pool, since);
            if (ids.TryGetValue(machine, out string? id))
                return Shown(
                    pod,
                    ScaleDecision.Create,
                    ScaleReason.NewMachine,
                    $"Pool '{pool}' creates a machine of {machine.Size.CpuCores} cores and {machine.Size.MemoryMiB} MiB for it.",
                    id,
                    pool,
                    since
                );
            return Shown(
                pod,
                ScaleDecision.Wait,
                ScaleReason.Stabilizing,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Pool '{pool}' creates machines when demand has lasted {DisplayDuration(pool)} (scaleUp.stabilizationWindow): at {HeldUntil[pool].UtcDateTime:HH:mm:ss} UTC."
                ),
                "",
                pool,
                since
            );
        }

        (string reason, string message) = RefusalText.Of(packed, _pools, Contradictions);
        return Shown(pod, ScaleDecision.Wait, reason, message, "", "", since);
    }

    private string DisplayDuration(string pool) => HumanDuration.Format(_pools.First(one => one.Name == pool).ScaleUpWindow);

    private NodeScalePlanPod Shown(
        Pod pod,
        string decision,
        string reason,
        string message,
        string target,
        string pool,
        DateTimeOffset? since
    ) =>
        new()
        {
            Session = _input.Session,
            Cluster = _input.Session?.Cluster ?? "",
            Namespace = pod.Metadata.Namespace ?? "",
            Name = pod.Metadata.Name,
            Uid = pod.Metadata.Uid ?? "",
            Decision = decision,
            Reason = reason,
            Message = message,
            Target = target,
            Pool = pool,
            UnschedulableSince = since,
        };
}
