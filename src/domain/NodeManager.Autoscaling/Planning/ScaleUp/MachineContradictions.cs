using System.Globalization;
using NodeManager.Autoscaling.Planning.Demand;
using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Kubernetes.Quantities;
using NodeManager.Recommendations.Decisions;
using NodeManager.Scheduling;
using NodeManager.Scheduling.Decisions;
using NodeManager.Scheduling.Packing;

namespace NodeManager.Autoscaling.Planning.ScaleUp;

/// <summary>
/// Machines that did not take the pods that they were created for, although the planned ones would have. For a pod specification there may
/// be one such machine of a size with the same planned resources, and two in all. Each one also delays other machines of its pool if the
/// plan cannot be corrected.
/// </summary>
internal sealed class MachineContradictions
{
    /// <summary>The limit of such machines for pods of one specification, in all pools.</summary>
    public const int MaximumAttempts = 2;

    private const int MaximumKept = 300;
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMinutes(1),
        LongestDelay = TimeSpan.FromHours(1),
        AttemptLifetime = TimeSpan.FromHours(6);

    private readonly ScaleInput _input;
    private readonly ClusterSnapshot _snapshot;
    private readonly Dictionary<string, Pod> _demand = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<MachineAttempt>> _attempts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Message, DateTimeOffset? At)> _settling = new(StringComparer.Ordinal);
    private readonly Dictionary<MachineAttempt, string> _pools = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, PodFit> _fits = new(StringComparer.Ordinal);

    private MachineContradictions(ScaleInput input, ClusterSnapshot snapshot)
    {
        _input = input;
        _snapshot = snapshot;
    }

    /// <summary>New nodes of pods that are still initializing, with the end of that time.</summary>
    public Dictionary<string, (string Message, DateTimeOffset? At)> SettlingNodes { get; } = new(StringComparer.Ordinal);

    /// <summary>The observations to write to pools, by name, before machines are created.</summary>
    public Dictionary<string, PoolObservations> Changed { get; } = new(StringComparer.Ordinal);

    /// <summary>When a refusal ends by itself.</summary>
    public List<DateTimeOffset> Changes { get; } = [];

    /// <param name="snapshot">With machines in progress, without the pods to place.</param>
    /// <param name="demand">The pods to place.</param>
    public static MachineContradictions Of(
        ScaleInput input,
        IReadOnlyList<PoolState> pools,
        ClusterSnapshot snapshot,
        IReadOnlyList<Pod> demand
    )
    {
        MachineContradictions found = new(input, snapshot);
        List<(PoolState Pool, PoolMember Member, PlannedMachine Plan)> planned =
        [
            .. pools
                .SelectMany(static pool => pool.Members, static (pool, member) => (pool, member))
                .Where(static one =>
                    one.member is { Claim: not null, Node: { } node, IsLeaving: false, HasFailed: false } && node.Spec.Unschedulable != true
                )
                .Select(static one => (one.pool, one.member, Plan: PlannedMachine.Of(one.member.Claim!)))
                .Where(static one => one.Plan is { Pods.Count: > 0 })
                .Select(static one => (one.pool, one.member, one.Plan!)),
        ];
        if (planned.Count == 0 && pools.All(static pool => pool.Evidence.Observations.Attempts.Count == 0))
            return found;
        foreach (Pod pod in demand)
            found._demand.TryAdd(PodSpecificationKey.Of(pod), pod);
        foreach (PoolState pool in pools)
            found.Add(pool.Name, pool.Evidence.Observations.Attempts);
        foreach ((PoolState pool, PoolMember member, PlannedMachine plan) in planned)
            found.Compare(pool, member, plan);
        return found;
    }

    /// <summary>True if no machine of the offer is created for such pods.</summary>
    public bool IsRefused(Pod pod, MachineOffer offer) => Refusal(pod, offer.Pool) is not null;

    /// <summary>Why no machine of the pool is created for the pod; null: no reason.</summary>
    public string? Refusal(Pod pod, string pool)
    {
        if (_attempts.Count == 0 && _settling.Count == 0)
            return null;
        string key = PodSpecificationKey.Of(pod);
        if (_settling.TryGetValue(key, out (string Message, DateTimeOffset? At) settling))
            return settling.Message;
        if (
            _attempts.GetValueOrDefault(key) is { } attempts
            && (attempts.Count >= MaximumAttempts || attempts.Find(one => !one.IsTooSmall && PoolOf(one) == pool) is not null)
        )
            return $"{string.Join(' ', attempts.Select(static one => one.Message))} No further machine is created for such pods until their specification, the pool's machineTemplate or its provider changes";
        return DelayedUntil(pool) is { } until
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{Latest(pool)!.Message} The next machine is created at {until.UtcDateTime:HH:mm:ss} UTC"
            )
            : null;
    }

    /// <summary>The deficits of earlier machines for the pod, without a full stop; null: none.</summary>
    public string? Attempts(Pod pod) =>
        _attempts.Count > 0 && _attempts.GetValueOrDefault(PodSpecificationKey.Of(pod)) is { } attempts
            ? string.Join(' ', attempts.Select(static one => one.Message)).TrimEnd('.')
            : null;

    /// <summary>The message of the pool's decision; null: its machines are as planned, or nothing waits for them.</summary>
    public string? MessageOf(string pool)
    {
        foreach (string key in _demand.Keys)
        {
            if (_settling.TryGetValue(key, out (string Message, DateTimeOffset? At) settling))
                return $"{settling.Message}.";
            if (_attempts.GetValueOrDefault(key)?.FindLast(one => PoolOf(one) == pool) is { } attempt)
                return attempt.Message;
        }

        return null;
    }

    private string PoolOf(MachineAttempt attempt) => _pools[attempt];

    private void Add(string pool, IEnumerable<MachineAttempt> attempts)
    {
        foreach (MachineAttempt attempt in attempts)
        {
            _pools[attempt] = pool;
            if (!_attempts.TryGetValue(attempt.Pods, out List<MachineAttempt>? known))
                _attempts.Add(attempt.Pods, known = []);
            known.Add(attempt);
        }

        if (DelayedUntil(pool) is { } until)
            Changes.Add(until);
    }

    /// <summary>The delay grows with each machine of a pool whose nodes differ in more than size; old ones do not count.</summary>
    private DateTimeOffset? DelayedUntil(string pool)
    {
        List<MachineAttempt> recent =
        [
            .. _attempts
                .Values.SelectMany(static one => one)
                .Where(one => PoolOf(one) == pool && !one.IsTooSmall && _input.Now - one.At < AttemptLifetime),
        ];
        if (recent.Count == 0)
            return null;
        TimeSpan delay = FirstDelay * Math.Pow(2, Math.Min(recent.Count - 1, 10));
        DateTimeOffset last = recent.Max(static one => one.At),
            until = last + (delay < LongestDelay ? delay : LongestDelay);
        return last <= _input.Now && until > _input.Now ? until : null;
    }

    private MachineAttempt? Latest(string pool) =>
        _attempts.Values.SelectMany(static one => one).Where(one => PoolOf(one) == pool && !one.IsTooSmall).MaxBy(static one => one.At);

    private void Compare(PoolState pool, PoolMember member, PlannedMachine plan)
    {
        List<(string Key, Pod Pod)> waiting = [.. plan.Pods.Where(_demand.ContainsKey).Select(key => (key, _demand[key]))];
        if (
            waiting.Count == 0
            || member.Expected.Status.Allocatable is not { Count: > 0 }
            || (!member.IsInFlight && !member.Node!.IsReady())
        )
            return;
        NodeState real = WithDaemonSets(ObservedNode(member), member, _input.DaemonSets),
            planned = WithDaemonSets(PlannedNode(member, plan), member, _input.DaemonSets);
        foreach ((string key, Pod pod) in waiting)
        {
            if (!_fits.TryGetValue(key, out PodFit? fit))
                _fits.Add(key, fit = new(pod, _snapshot));
            if (
                fit.Evaluate(real) is not { Verdict: FitVerdict.DoesNotFit } refused
                || fit.Evaluate(planned).Verdict == FitVerdict.DoesNotFit
            )
                continue;
            (string message, bool isTooSmall) = Describe(pod, member, plan, real, planned, refused);
            if (!PoolEvidence.IsSettled(member, _input.Now))
            {
                DateTimeOffset? at = PoolEvidence.SettlesAt(member);
                _settling[key] = ($"{message} It may still be starting", at);
                SettlingNodes[real.Name] = (message, at);
                if (at is { } time)
                    Changes.Add(time);
                continue;
            }

            Record(
                pool,
                member,
                new(key, PoolEvidence.SizeOf(member), PlannedMachine.HashOf(plan.Allocatable), isTooSmall, message, _input.Now)
            );
        }
    }

    private void Record(PoolState pool, PoolMember member, MachineAttempt attempt)
    {
        if (
            _attempts
                .GetValueOrDefault(attempt.Pods)
                ?.Exists(one => PoolOf(one) == pool.Name && one.Size == attempt.Size && one.Plan == attempt.Plan) == true
        )
            return;
        Add(pool.Name, [attempt]);
        PoolObservations before = Changed.GetValueOrDefault(pool.Name) ?? pool.Evidence.Observations;
        ObservedSize seen = pool.Evidence.Find(attempt.Size) ?? PoolEvidence.Observe(member, [], _input.DaemonSets);
        IEnumerable<MachineAttempt> kept = before
            .Attempts.OrderBy(one => _demand.ContainsKey(one.Pods))
            .ThenBy(static one => one.At)
            .Append(attempt)
            .TakeLast(MaximumKept);
        Changed[pool.Name] = before with { Sizes = [.. before.Sizes.Where(one => one.Size != seen.Size), seen], Attempts = [.. kept] };
    }

    /// <summary>The node with the static and DaemonSet pods that it has or gets, and no others.</summary>
    private NodeState WithDaemonSets(Node node, PoolMember member, IReadOnlyList<DaemonSet> daemonSets)
    {
        ClusterSnapshot alone = new(_input.MinorVersion);
        alone.SetNode(node);
        HashSet<string> present = new(StringComparer.Ordinal);
        foreach (PodState resident in _snapshot.Node(member.Expected.Metadata.Name)?.Pods ?? [])
        {
            if (!resident.Pod.IsMirror() && resident.Pod.Controller() is not { Kind: "DaemonSet" })
                continue;
            if (resident.Pod.Controller() is { } set)
                present.Add(set.Uid);
            alone.Assume(resident.Pod, node.Metadata.Name);
        }

        foreach (Pod pod in DaemonSetOverhead.On(node, daemonSets).Where(pod => !present.Contains(pod.Controller()!.Uid)).ToList())
            alone.Assume(pod, node.Metadata.Name);
        return alone.Node(node.Metadata.Name)!;
    }

    /// <summary>Without taints that controllers derive from the node's conditions.</summary>
    private static Node ObservedNode(PoolMember member) =>
        new()
        {
            Metadata = member.Expected.Metadata,
            Spec = new()
            {
                Taints = member.Expected.Spec.Taints?.FindAll(static taint =>
                    !taint.Key.StartsWith("node.kubernetes.io/", StringComparison.Ordinal)
                ),
            },
            Status = member.Expected.Status,
        };

    private static Node PlannedNode(PoolMember member, PlannedMachine plan)
    {
        Node template = ExpectedNodes.Template(
            member.Pool,
            member.Pool.Spec.MachineTemplate.FindShape(member.Claim!.Spec.Shape),
            member.Claim.Spec.Zone,
            null
        );
        return new()
        {
            Metadata = new()
            {
                Name = member.Expected.Metadata.Name,
                Labels = new(template.Metadata.Labels!, StringComparer.Ordinal)
                {
                    ["kubernetes.io/hostname"] = member.Expected.Metadata.Name,
                },
            },
            Spec = new() { Taints = template.Spec.Taints },
            Status = new()
            {
                Allocatable = plan.Allocatable.ToDictionary(
                    static one => one.Key,
                    static one => new Quantity(one.Value, QuantityFormat.DecimalSI)
                ),
            },
        };
    }

    private static (string Message, bool IsTooSmall) Describe(
        Pod pod,
        PoolMember member,
        PlannedMachine plan,
        NodeState real,
        NodeState planned,
        FitResult refused
    )
    {
        string node = $"Node '{real.Name}' (claim '{member.Claim!.Metadata.Name}', {PoolEvidence.SizeOf(member)}) differs from its plan";
        foreach (
            (string name, decimal amount) in PodRequests
                .Of(pod.Spec)
                .OrderBy(static one => one.Key, StringComparer.Ordinal)
                .Append(new("pods", 1))
        )
        {
            if (amount <= real.Free(name))
                continue;
            string was = ExpectedResources.IsUnknown(name, plan.Allocatable.GetValueOrDefault(name))
                ? "unlimited"
                : RefusalText.Amount(name, planned.Free(name));
            return (
                $"{node}: {name} for pods is {was} as planned, {RefusalText.Amount(name, real.Free(name))} in reality, and {RefusalText.Amount(name, amount)} is requested.",
                true
            );
        }

        string why = pod.FirstUntolerated(real.Node) is { } taint
            ? $"it has the taint {RefusalText.TaintText(taint)}, which is not among the taints and startupTaints of the machineTemplate"
            : string.Join(", ", refused.Reasons);
        return ($"{node}: {why}.", false);
    }
}
