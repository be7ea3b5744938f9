using System.Globalization;
using NodeManager.Autoscaling.Claims;
using NodeManager.Autoscaling.Planning.ScaleUp;
using NodeManager.Kubernetes.Quantities;
using NodeManager.Scheduling;
using NodeManager.Scheduling.Decisions;

namespace NodeManager.Autoscaling.Forecasts.Simulation;

/// <summary>Pods, nodes and claims as objects of the API, and a scheduler with the rules of kube-scheduler. Not thread-safe.</summary>
internal sealed class SimulatedCluster(IReadOnlyList<NodeSmithPool> pools)
{
    private readonly ClusterSnapshot _snapshot = new();
    private readonly Dictionary<string, RunningPod> _running = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SimulatedMachine> _machines = new(StringComparer.Ordinal);
    private readonly List<RunningPod> _pending = [];
    private PlacementSimulator? _scheduler;
    private long _number;

    public IReadOnlyList<NodeSmithPool> Pools => pools;

    public IReadOnlyCollection<SimulatedMachine> Machines => _machines.Values;

    public IReadOnlyList<RunningPod> Pending => _pending;

    /// <summary>Cores that running pods request.</summary>
    public decimal RunningCores { get; private set; }

    public ScaleInput Input(DateTimeOffset now, ScalePolicy policy, ScaleMemory memory) =>
        new()
        {
            Now = now,
            Nodes = [.. _machines.Values.Select(static one => one.Node).OfType<Node>()],
            Pods = [.. _pending.Select(static one => one.Pod), .. _running.Values.Select(static one => one.Pod)],
            Pools = pools,
            Claims = [.. _machines.Values.Select(static one => one.Claim)],
            Policy = policy,
            Memory = memory,
        };

    public void AddPod(DateTimeOffset now, SimulatedPod load, TimeSpan remaining)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"pod-{++_number}");
        _pending.Add(
            new(
                new()
                {
                    Metadata = new()
                    {
                        Name = name,
                        Namespace = "default",
                        Uid = name,
                        CreationTimestamp = now,
                        OwnerReferences =
                        [
                            new()
                            {
                                ApiVersion = "apps/v1",
                                Kind = "ReplicaSet",
                                Name = "load",
                                Uid = "load",
                                Controller = true,
                            },
                        ],
                    },
                    Spec = new()
                    {
                        Containers =
                        [
                            new()
                            {
                                Name = "main",
                                Resources = new()
                                {
                                    Requests = new() { ["cpu"] = Amount(load.CpuCores), ["memory"] = Amount(load.Memory) },
                                },
                            },
                        ],
                    },
                    Status = new() { Phase = "Pending" },
                },
                load,
                now,
                remaining
            )
        );
    }

    /// <summary>Binds pods that fit, and marks the others as unschedulable.</summary>
    /// <returns>The bound pods.</returns>
    public List<RunningPod> Schedule(DateTimeOffset now)
    {
        List<RunningPod> bound = [];
        if (_pending.Count == 0)
            return bound;
        _scheduler ??= new(_snapshot);
        List<NodeState> nodes = [.. _snapshot.Nodes];
        foreach (RunningPod pod in _pending)
        {
            if (_scheduler.Find(pod.Pod, nodes, takesFirst: false).Node is { } node)
            {
                pod.Pod.Spec.NodeName = node;
                pod.Pod.Status = new() { Phase = "Running", StartTime = now };
                pod.BoundAt = now;
                _scheduler.Assume(pod.Pod, node);
                _running.Add(pod.Pod.Metadata.Name, pod);
                RunningCores += pod.Load.CpuCores;
                bound.Add(pod);
            }
            else if (pod.Pod.Status.Conditions is null)
            {
                pod.Pod.Status.Conditions =
                [
                    new()
                    {
                        Type = "PodScheduled",
                        Status = "False",
                        Reason = "Unschedulable",
                        LastTransitionTime = now,
                    },
                ];
            }
        }

        _pending.RemoveAll(static pod => pod.BoundAt is not null);
        return bound;
    }

    /// <summary>False if the pod no longer runs.</summary>
    public bool Finish(RunningPod pod)
    {
        if (!_running.Remove(pod.Pod.Metadata.Name))
            return false;
        if (_scheduler is not null)
            _scheduler.Remove(pod.Pod);
        else
            _snapshot.RemovePod(pod.Pod);
        RunningCores -= pod.Load.CpuCores;
        return true;
    }

    /// <summary>Orders the machine of a plan.</summary>
    public SimulatedMachine Create(DateTimeOffset now, NodeScalePlanMachine planned, PlannedMachine? plan)
    {
        NodeSmithPool pool = pools.First(one => one.Metadata.Name == planned.Pool);
        long number = ++_number;
        NodeSmithClaim claim = ClaimDraft.Of(pool, number, planned.CpuCores, planned.Memory >> 20, planned.Shape, planned.Zone, plan);
        claim.Metadata.Uid = claim.Metadata.Name;
        claim.Metadata.CreationTimestamp = now;
        claim.Status = new() { Conditions = [Condition(NodeSmithConditions.Launched, now)], MachineCreated = now };
        pool.Status = new() { LastScaleActivity = now };
        SimulatedMachine machine = new(claim, now, planned.CpuCores, planned.Price ?? 0, plan?.Allocatable);
        _machines.Add(claim.Metadata.Name, machine);
        return machine;
    }

    /// <summary>The machine's node joins; false if it was removed before.</summary>
    public bool Join(DateTimeOffset now, SimulatedMachine machine)
    {
        string name = machine.Claim.Metadata.Name;
        if (machine.Claim.Metadata.DeletionTimestamp is not null)
            return false;
        NodeSmithPool pool = pools.First(one => one.Metadata.Name == machine.Claim.Spec.PoolRef);
        NodeSmithShape? shape = pool.Spec.MachineTemplate.FindShape(machine.Claim.Spec.Shape);
        machine.Node = new()
        {
            Metadata = new()
            {
                Name = name,
                Uid = name,
                CreationTimestamp = now,
                Labels = new(ExpectedNodes.Labels(pool, shape, null), StringComparer.Ordinal) { ["kubernetes.io/hostname"] = name },
            },
            Status = new()
            {
                Allocatable = (machine.Allocatable ?? new Dictionary<string, decimal>()).ToDictionary(
                    static one => one.Key,
                    static one => Amount(one.Value)
                ),
                Conditions = [new() { Type = "Ready", Status = "True" }],
            },
        };
        machine.Claim.Status = new()
        {
            NodeName = name,
            MachineCreated = machine.OrderedAt,
            Conditions =
            [
                Condition(NodeSmithConditions.Launched, machine.OrderedAt),
                Condition(NodeSmithConditions.Registered, now),
                Condition(NodeSmithConditions.Initialized, now),
                Condition(NodeSmithConditions.Ready, now),
            ],
        };
        _snapshot.SetNode(machine.Node);
        _scheduler = null;
        return true;
    }

    /// <summary>Cordons and drains a node; its controllers create its pods again.</summary>
    /// <returns>The evicted pods.</returns>
    public List<RunningPod> Drain(DateTimeOffset now, SimulatedMachine machine)
    {
        machine.Claim.Metadata.DeletionTimestamp = now;
        pools.First(one => one.Metadata.Name == machine.Claim.Spec.PoolRef).Status = new() { LastScaleActivity = now };
        if (machine.Node is not { } node)
            return [];
        node.Spec.Unschedulable = true;
        List<RunningPod> evicted = [.. _running.Values.Where(pod => pod.Pod.Spec.NodeName == node.Metadata.Name)];
        foreach (RunningPod pod in evicted)
        {
            Finish(pod);
            AddPod(now, pod.Load, pod.Remaining - (now - pod.BoundAt!.Value));
        }

        _snapshot.RemoveNode(node.Metadata.Name);
        _scheduler = null;
        return evicted;
    }

    public void Remove(SimulatedMachine machine) => _machines.Remove(machine.Claim.Metadata.Name);

    private static NodeSmithCondition Condition(string type, DateTimeOffset since) =>
        new()
        {
            Type = type,
            Status = "True",
            LastTransitionTime = since,
        };

    private static Quantity Amount(decimal value) => new(value, QuantityFormat.DecimalSI);
}

/// <summary>A pod that waits or runs.</summary>
internal sealed class RunningPod(Pod pod, SimulatedPod load, DateTimeOffset createdAt, TimeSpan remaining)
{
    public Pod Pod => pod;

    public SimulatedPod Load => load;

    public DateTimeOffset CreatedAt => createdAt;

    public DateTimeOffset? BoundAt { get; set; }

    public TimeSpan Remaining => remaining;
}

/// <summary>A machine that is paid for, from its order on.</summary>
internal sealed class SimulatedMachine(
    NodeSmithClaim claim,
    DateTimeOffset orderedAt,
    long cpuCores,
    decimal price,
    IReadOnlyDictionary<string, decimal>? allocatable
)
{
    public NodeSmithClaim Claim => claim;

    public DateTimeOffset OrderedAt => orderedAt;

    public long CpuCores => cpuCores;

    /// <summary>For one hour.</summary>
    public decimal Price => price;

    public IReadOnlyDictionary<string, decimal>? Allocatable => allocatable;

    /// <summary>Null before it joins.</summary>
    public Node? Node { get; set; }
}
