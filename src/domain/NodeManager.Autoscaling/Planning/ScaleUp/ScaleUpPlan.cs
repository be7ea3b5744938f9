using System.Globalization;
using NodeManager.Autoscaling.Planning.Demand;
using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Recommendations.Decisions;
using NodeManager.Scheduling;
using NodeManager.Scheduling.Packing;

namespace NodeManager.Autoscaling.Planning.ScaleUp;

/// <summary>Places pending pods, and determines the machines to create.</summary>
internal sealed class ScaleUpPlan
{
    private readonly ScaleInput _input;
    private readonly IReadOnlyList<PoolState> _pools;
    private readonly Dictionary<string, PoolMember> _inFlight;

    private ScaleUpPlan(ScaleInput input, IReadOnlyList<PoolState> pools)
    {
        _input = input;
        _pools = pools;
        FutureTimes = new(input);
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

    /// <summary>By pool: the end of its window, which delays machines.</summary>
    public Dictionary<string, DateTimeOffset> HeldUntil { get; } = new(StringComparer.Ordinal);

    /// <summary>Times in the future.</summary>
    public FutureTimes FutureTimes { get; }

    /// <summary>The pending pods and free room placed on existing nodes.</summary>
    public List<(Pod Pod, string Node)> Placed { get; } = [];

    /// <summary>The pending pods that the scheduler has not looked at yet.</summary>
    public List<Pod> Unjudged { get; } = [];

    /// <summary>The machines and limits of thresholds; null: none.</summary>
    public ThresholdDemand? ByThreshold { get; private set; }

    public IReadOnlyList<BufferOutcome> Buffers { get; private set; } = [];

    /// <summary>Machines that differ from their plans.</summary>
    public MachineContradictions Contradictions { get; private set; } = null!;

    /// <summary>The planned machines, by <see cref="NodeScalePlanMachine.Id"/>.</summary>
    public Dictionary<string, PlannedMachine> Plans { get; } = new(StringComparer.Ordinal);

    /// <summary>The cluster with nodes in progress, without the placed pods.</summary>
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
        List<PendingPod> pending = PendingPods.Of(_input.Pods, Snapshot, _input.Policy.ExpendableBelow);
        foreach (PendingPod nominated in pending.Where(static one => one.Reason == AutoscalerReason.Nominated))
            Snapshot.Assume(nominated.Pod, nominated.Target);
        Dictionary<string, PendingPod> waiting = pending
            .Where(static one => one.Decision is null)
            .ToDictionary(static one => one.Pod.Key(), StringComparer.Ordinal);
        List<Pod> demand =
        [
            .. waiting.Values.Select(static one => one.Pod),
            .. ReclaimedNodes().SelectMany(node => Replacements.Of(Snapshot.Node(node)!, _input.Policy.ExpendableBelow)),
            .. _input.Buffers.SelectMany(buffer => FreeRoom.Of(buffer, _input.BufferTargets, _input.MinorVersion)),
            .. _pools.Where(static pool => pool.IsOpen).SelectMany(static pool => FreeRoom.Of(pool.Pool)),
        ];
        Unjudged.AddRange(pending.Where(static one => one.Reason == AutoscalerReason.NotYetJudged).Select(static one => one.Pod));
        HashSet<string> leaving = LeavingNodes();
        Contradictions = MachineContradictions.Of(_input, _pools, Snapshot, demand);
        PodPacker packer = CreatePacker(demand, leaving);
        IReadOnlyList<PackedPod> packed = packer.Pack(demand, cancellationToken);
        KeepMinimum(packer);
        ByThreshold = ThresholdDemand.Of(_input, _pools, Snapshot, _inFlight.Keys, leaving, packer, packed);
        if (ByThreshold?.HeldUntil is var (pool, until))
            HeldUntil[pool] = until;

        Dictionary<PackedMachine, List<PackedPod>> byMachine = packed
            .Where(static one => one.Machine is not null)
            .GroupBy(static one => one.Machine!)
            .ToDictionary(static group => group.Key, static group => group.ToList());
        DelayMachines(byMachine, waiting);
        Dictionary<PackedMachine, string> ids = AssignIds(packer.Machines, byMachine);
        foreach (PackedPod one in packed)
        {
            if (one.Node is not null)
                Placed.Add((one.Pod, one.Node));
            if (waiting.TryGetValue(one.Pod.Key(), out PendingPod? pod))
                Pods.Add(Verdict(one, pod, ids));
        }

        Buffers = [.. _input.Buffers.Where(FreeRoom.IsServed).Select(buffer => Outcome(buffer, packed))];
        foreach (PendingPod other in pending.Where(static one => one.Decision is not null))
            Pods.Add(ToPlanPod(other.Pod, other.Decision!, other.Reason, other.Message, other.Target, "", other.UnschedulableSince));
        Pods.Sort(
            static (left, right) =>
                string.CompareOrdinal(left.Namespace, right.Namespace) is not 0 and var order
                    ? order
                    : string.CompareOrdinal(left.Name, right.Name)
        );
    }

    private PodPacker CreatePacker(List<Pod> demand, HashSet<string> leaving)
    {
        Lazy<HashSet<string>> selected = new(() => PoolOffers.SelectedLabels(demand, _input.DaemonSets));
        IReadOnlyList<MachineOffer> offers =
        [
            .. _pools
                .Where(static pool => pool.IsOpen)
                .OrderByDescending(static pool => pool.Pool.Spec.Priority ?? 0)
                .SelectMany(pool => PoolOffers.Of(pool, demand, _input.DaemonSets, selected)),
        ];
        return new PodPacker(Snapshot, offers, node => !leaving.Contains(node.Name), Contradictions.IsRefused)
        {
            Rules = _input.Policy.Choice,
            IsLastResort = node => _inFlight.GetValueOrDefault(node.Name) is { } member && Backoffs?.IsStalled(member) == true,
        };
    }

    private PoolBackoffs? Backoffs => _pools.Count > 0 ? _pools[0].Backoffs : null;

    private IEnumerable<string> ReclaimedNodes() =>
        _pools
            .SelectMany(static pool => pool.Members)
            .Where(static member => member is { Claim: not null, Node: not null } && ReclaimNotice.Of(member.Node) is not null)
            .Select(static member => member.Node!.Metadata.Name);

    private HashSet<string> LeavingNodes() =>
        [
            .. ReclaimedNodes(),
            .. _pools
                .SelectMany(static pool => pool.Members)
                .Where(static member => member is { IsLeaving: true, Node: not null })
                .Select(static member => member.Node!.Metadata.Name),
        ];

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

    /// <summary>
    /// The minimum of machines, without leaving ones and nodes that only carry the pool's label. An update replaces its removals by itself.
    /// </summary>
    private void KeepMinimum(PodPacker packer)
    {
        foreach (PoolState pool in _pools.Where(static pool => pool.IsOpen && pool.UpdatedBy is null))
        {
            int there =
                pool.Members.Count(static member => member.Claim is not null && !member.IsLeaving)
                + packer.Machines.Count(machine => machine.Offer.Pool == pool.Name);
            for (; there < pool.Minimum.Nodes && packer.OpenEmpty(pool.Name) is not null; there++) { }
        }
    }

    /// <summary>Demand must have lasted for the pool's window, except for free room and the minimum of nodes.</summary>
    private void DelayMachines(Dictionary<PackedMachine, List<PackedPod>> byMachine, Dictionary<string, PendingPod> waiting)
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
            if (FutureTimes.Of($"demand {pool.Name}", since) + pool.ScaleUpWindow is var until && until > _input.Now)
                HeldUntil[pool.Name] = until;
        }
    }

    private bool IsHeld(PackedMachine machine, Dictionary<PackedMachine, List<PackedPod>> byMachine) =>
        HeldUntil.ContainsKey(machine.Offer.Pool)
        && byMachine.GetValueOrDefault(machine)?.Exists(static one => !FreeRoom.IsFreeRoom(one.Pod)) == true;

    private Dictionary<PackedMachine, string> AssignIds(
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
                        real.TrueForAll(Replacements.IsReplacement) ? AutoscalerReason.Reclaimed : AutoscalerReason.NewMachine,
                        MachineText.Of(real, machine, owner.Pool.Spec.Price?.Currency)
                    )
                : pods.Count > 0 ? (AutoscalerReason.Headroom, $"Room for the {FreeRoom.Title(pods[0].Pod)}.")
                : ByThreshold?.ReasonOf(machine) ?? (owner.Minimum.Reason, owner.MinimumText);
            Plans[id] = new(
                machine.Size.Allocatable,
                [.. pods.Select(static one => PodSpecificationKey.Of(one.Pod)).Distinct(StringComparer.Ordinal)]
            );
            Machines.Add(Describe(machine, id, reason, message, [.. real.Select(Replacements.KeyOf)]));
        }

        return ids;
    }

    /// <summary>Adds a machine that replaces others.</summary>
    public NodeScalePlanMachine Add(PackedMachine machine, string reason, string message)
    {
        int number = Machines.Count(one => one.Pool == machine.Offer.Pool) + 1;
        string id = string.Create(CultureInfo.InvariantCulture, $"{machine.Offer.Pool}/{number}");
        NodeScalePlanMachine planned = Describe(
            machine,
            id,
            reason,
            message,
            [.. machine.Pods.Where(static pod => !FreeRoom.IsFreeRoom(pod)).Select(static pod => pod.Key())]
        );
        Machines.Add(planned);
        return planned;
    }

    private NodeScalePlanMachine Describe(PackedMachine machine, string id, string reason, string message, IEnumerable<string> pods) =>
        new()
        {
            Session = _input.Session,
            Cluster = _input.Session?.Cluster ?? "",
            Pool = machine.Offer.Pool,
            Id = id,
            Shape = machine.Size.Name,
            Zone = machine.Offer.Zone ?? "",
            CpuCores = machine.Size.CpuCores,
            Memory = machine.Size.MemoryMiB * 1048576,
            Reason = reason,
            Message = message,
            Price = machine.Size.Price,
            Currency = machine.Size.Price is null ? "" : _pools.First(one => one.Name == machine.Offer.Pool).Pool.Spec.Price!.Currency,
            Pods = new([.. pods]),
        };

    private NodeScalePlanPod Verdict(PackedPod packed, PendingPod pending, Dictionary<PackedMachine, string> ids)
    {
        if (packed.Node is { } node)
            return OnNode(pending, node);
        if (packed.Machine is { } machine)
            return OnMachine(pending, machine, ids.GetValueOrDefault(machine));
        (string reason, string message) = RefusalText.Of(packed, _pools, Contradictions);
        return ToPlanPod(packed.Pod, AutoscalerDecision.Wait, reason, message, "", "", pending.UnschedulableSince);
    }

    private NodeScalePlanPod OnNode(PendingPod pending, string node)
    {
        NodeScalePlanPod Result(string decision, string reason, string message, string target, string pool) =>
            ToPlanPod(pending.Pod, decision, reason, message, target, pool, pending.UnschedulableSince);

        if (!_inFlight.TryGetValue(node, out PoolMember? member))
            return Result(
                AutoscalerDecision.Place,
                AutoscalerReason.ExistingNode,
                $"The pod fits on node '{node}'; the scheduler will place it.",
                node,
                ""
            );
        string claim = member.Claim!.Metadata.Name;
        if (member.HasFailed)
            return Result(
                AutoscalerDecision.Wait,
                AutoscalerReason.ClaimFailed,
                $"Claim '{claim}' for it failed; another machine is tried when that claim is deleted.",
                claim,
                member.Pool.Metadata.Name
            );
        if (Backoffs!.IsStalled(member))
            return Result(
                AutoscalerDecision.Wait,
                AutoscalerReason.ProviderCapacity,
                $"Claim '{claim}' for it waits for its provider, and no other pool can take it: {member.Claim.Status!.Conditions.Find(NodeSmithConditions.Launched)!.Message}",
                claim,
                member.Pool.Metadata.Name
            );
        return Result(
            AutoscalerDecision.Place,
            AutoscalerReason.ClaimInFlight,
            $"The pod fits on the machine that claim '{claim}' is creating.",
            claim,
            member.Pool.Metadata.Name
        );
    }

    private NodeScalePlanPod OnMachine(PendingPod pending, PackedMachine machine, string? id)
    {
        string pool = machine.Offer.Pool;
        NodeScalePlanPod Result(string decision, string reason, string message) =>
            ToPlanPod(
                pending.Pod,
                decision,
                reason,
                message,
                decision == AutoscalerDecision.Create ? id! : "",
                pool,
                pending.UnschedulableSince
            );

        if (ByThreshold?.IsBeyond(machine) == true)
            return Result(AutoscalerDecision.Wait, AutoscalerReason.NodeLimit, ByThreshold.AtMaximum);
        if (id is not null)
            return Result(
                AutoscalerDecision.Create,
                AutoscalerReason.NewMachine,
                $"Pool '{pool}' creates a machine of {machine.Size.CpuCores} cores and {machine.Size.MemoryMiB} MiB for it."
            );
        return Result(
            AutoscalerDecision.Wait,
            AutoscalerReason.Stabilizing,
            string.Create(
                CultureInfo.InvariantCulture,
                $"Pool '{pool}' creates machines when demand has lasted {DisplayDuration(pool)} (scaleUp.stabilizationWindow): at {HeldUntil[pool].UtcDateTime:HH:mm:ss} UTC."
            )
        );
    }

    private string DisplayDuration(string pool) => HumanDuration.Format(_pools.First(one => one.Name == pool).ScaleUpWindow);

    private NodeScalePlanPod ToPlanPod(
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
