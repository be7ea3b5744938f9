using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Forecasts.Assumptions;
using NodeManager.Autoscaling.Host;

namespace NodeManager.Autoscaling.Forecasts.Simulation;

/// <summary>The machines of a simulation.</summary>
/// <param name="Shapes">Each with a price.</param>
/// <param name="Provisioning">From the order of a machine to its Ready node; each takes up to a fifth more or less.</param>
/// <param name="MaxNodes">Of all pools; 0 for no limit.</param>
public sealed record SimulatedMachines(IReadOnlyList<NodePoolShape> Shapes, string Currency, TimeSpan Provisioning, int MaxNodes);

/// <summary>
/// Runs an autoscaler against a load on simulated time: a discrete-event simulation around the planner that autoscalers run. What it
/// models itself is the load, a scheduler with kube-scheduler's rules, the delay of machines, and drains.
/// </summary>
public sealed class AutoscalerSimulation
{
    // The time that a drain and the removal of a machine take.
    private static readonly TimeSpan Removal = TimeSpan.FromSeconds(30);

    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;

    private readonly SimulatedAutoscaler _autoscaler;
    private readonly SimulatedMachines _machines;
    private readonly SimulatedCluster _cluster;
    private readonly SimulationScore _score;
    private readonly ScalePolicy _policy;
    private readonly Random _random;
    private readonly PriorityQueue<Action, (DateTimeOffset, long)> _events = new();
    private ScaleMemory _memory = ScaleMemory.Empty;
    private DateTimeOffset _now = Start;
    private DateTimeOffset? _planAt,
        _changedAt,
        _nextChangeAt;
    private long _sequence;

    private AutoscalerSimulation(SimulatedAutoscaler autoscaler, SimulatedMachines machines, int seed)
    {
        (_autoscaler, _machines, _random) = (autoscaler, machines, new(seed));
        _cluster = new(
            autoscaler.HasGroups ? [.. machines.Shapes.Select(shape => Pool(shape.Name, [shape]))] : [Pool("pool", machines.Shapes)]
        );
        _score = new(_cluster, Start);
        List<string>? expanders = autoscaler.Expander.Length > 0 ? [autoscaler.Expander] : null;
        _policy = ScalePolicy.Of([new() { Spec = new() { Expanders = expanders } }]);
    }

    /// <param name="load">Pods in any order.</param>
    /// <param name="seed">Of the machines' delays, and of an expander that draws lots.</param>
    /// <param name="progress">Called with the simulated time, about once a simulated day.</param>
    public static NodeAutoscalerMeasurement Run(
        SimulatedAutoscaler autoscaler,
        SimulatedMachines machines,
        IReadOnlyList<SimulatedPod> load,
        TimeSpan duration,
        int seed,
        Action<TimeSpan> progress,
        CancellationToken cancellationToken
    )
    {
        var watch = Stopwatch.StartNew();
        AutoscalerSimulation simulation = new(autoscaler, machines, seed);
        simulation.Run(load, duration, progress, cancellationToken);
        return simulation._score.Report(autoscaler, machines.Currency, duration, watch.Elapsed);
    }

    private void Run(IReadOnlyList<SimulatedPod> load, TimeSpan duration, Action<TimeSpan> progress, CancellationToken cancellationToken)
    {
        foreach (SimulatedPod pod in load)
            At(
                Start + pod.Arrival,
                () =>
                {
                    _score.Arrived();
                    _cluster.AddPod(_now, pod, pod.Lifetime);
                    Schedule();
                }
            );
        for (TimeSpan at = TimeSpan.Zero; at < duration; at += TimeSpan.FromHours(1))
        {
            TimeSpan hour = at;
            At(
                Start + at,
                () =>
                {
                    _score.Sample(_now);
                    if (hour.Hours == 0)
                        progress(hour);
                }
            );
        }

        DateTimeOffset end = Start + duration;
        while (_events.TryDequeue(out Action? happen, out (DateTimeOffset At, long) when) && when.At <= end)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _score.Advance(when.At - _now);
            _now = when.At;
            happen();
        }

        _score.Advance(end - _now);
        _score.Sample(end);
    }

    private void At(DateTimeOffset time, Action happen) => _events.Enqueue(happen, (time, _sequence++));

    private void Schedule()
    {
        foreach (RunningPod pod in _cluster.Schedule(_now))
        {
            _score.Bound(_now - pod.CreatedAt);
            At(
                _now + pod.Remaining,
                () =>
                {
                    if (_cluster.Finish(pod))
                        Schedule();
                }
            );
        }

        Change();
    }

    // A change starts a plan: at the next scan, or when changes have paused.
    private void Change()
    {
        if (_autoscaler.Scan is { } scan)
        {
            PlanAt(new DateTimeOffset(((_now.Ticks / scan.Ticks) + 1) * scan.Ticks, TimeSpan.Zero));
            return;
        }

        _changedAt ??= _now;
        DateTimeOffset idle = _now + PlanTrigger.Idle,
            longest = _changedAt.Value + PlanTrigger.Longest;
        PlanAt(idle < longest ? idle : longest);
    }

    private void PlanAt(DateTimeOffset time)
    {
        if (_planAt == time)
            return;
        _planAt = time;
        At(
            time,
            () =>
            {
                if (_planAt == time)
                    Plan();
            }
        );
    }

    private void Plan()
    {
        _planAt = _changedAt = null;
        ScaleInput input = _cluster.Input(_now, _policy, _memory);
        ScalePlan plan = PlanOf(input);
        _memory = plan.Memory;
        _score.Planned();
        foreach (NodeScalePlanMachine planned in plan.Machines)
        {
            SimulatedMachine machine = _cluster.Create(_now, planned, plan.Plans.GetValueOrDefault(planned.Id));
            _score.Created();
            At(
                _now + (_machines.Provisioning * (0.8 + (0.4 * _random.NextDouble()))),
                () =>
                {
                    if (_cluster.Join(_now, machine))
                        Schedule();
                }
            );
        }

        foreach (NodeScalePlanNode node in plan.Nodes.Where(static one => one.Decision == AutoscalerDecision.Remove))
            Remove(_cluster.Machines.First(one => one.Claim.Metadata.Name == node.Claim));
        if (plan.NextChangeAt is { } next && next != _nextChangeAt)
            At(
                next,
                () =>
                {
                    if (_nextChangeAt == next && _planAt is null)
                        Plan();
                }
            );
        _nextChangeAt = plan.NextChangeAt;
    }

    private void Remove(SimulatedMachine machine)
    {
        _score.Evicted(_cluster.Drain(_now, machine).Count);
        At(
            _now + Removal,
            () =>
            {
                _cluster.Remove(machine);
                _score.Removed();
                Change();
            }
        );
        Schedule();
    }

    // With groups, the expander chooses one of them for all pods that wait.
    private ScalePlan PlanOf(ScaleInput input)
    {
        ScalePlan plan = ScalePlanner.Plan(input);
        if (!_autoscaler.HasGroups || plan.Machines.Count == 0)
            return plan;
        IEnumerable<string> order = _autoscaler.IsRandom
            ? input.Pools.OrderBy(_ => _random.Next()).Select(static one => one.Metadata.Name)
            : [plan.Machines[0].Pool];
        foreach (string group in order)
        {
            ScalePlan only = ScalePlanner.Plan(
                input with
                {
                    Pools = [.. input.Pools.Select(one => one.Metadata.Name == group ? one : Closed(one, input)).OfType<NodeSmithPool>()],
                }
            );
            if (only.Machines.Count > 0)
                return only;
        }

        return plan;
    }

    // Null for a pool without machines: a limit of 0 is none.
    private static NodeSmithPool? Closed(NodeSmithPool pool, ScaleInput input) =>
        input.Claims.Count(one => one.Spec.PoolRef == pool.Metadata.Name) is > 0 and var machines
            ? AssumedPool.With(pool, new() { ["limits"] = new JsonObject { ["maxNodes"] = machines } })
            : null;

    private NodeSmithPool Pool(string name, IReadOnlyList<NodePoolShape> shapes) =>
        new()
        {
            Metadata = new()
            {
                Name = name,
                Uid = name,
                Namespace = NodeSmithNames.DefaultNamespace,
            },
            Spec = new()
            {
                ProviderRef = "simulated",
                Limits = new() { MaxNodes = _machines.MaxNodes },
                Price = new()
                {
                    Currency = _machines.Currency,
                    Shapes = shapes.ToDictionary(
                        static one => one.Name,
                        static one => (one.Price ?? 0).ToString(CultureInfo.InvariantCulture)
                    ),
                },
                MachineTemplate = new()
                {
                    Shapes =
                    [
                        .. shapes.Select(static one => new NodeSmithShape
                        {
                            Name = one.Name,
                            CpuCores = one.CpuCores,
                            MemoryMiB = one.Memory >> 20,
                        }),
                    ],
                },
                ScaleUp = new() { StabilizationWindow = Text(_autoscaler.ScaleUpDelay) },
                ScaleDown = new()
                {
                    StabilizationWindow = Text(_autoscaler.ScaleDownDelay),
                    Consolidation = new() { Mode = _autoscaler.Consolidation, Replace = _autoscaler.Replaces },
                    Budgets = _autoscaler.Budget.Length > 0 ? [new() { Nodes = _autoscaler.Budget }] : null,
                },
            },
        };

    private static string Text(TimeSpan delay) => string.Create(CultureInfo.InvariantCulture, $"{delay.TotalSeconds:0}s");
}
