using System.Globalization;
using NodeManager.Autoscaling.Claims;
using NodeManager.Autoscaling.Planning;
using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Autoscaling.Resources;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Quantities;
using NodeManager.Scheduling;
using NodeManager.Scheduling.Decisions;

namespace NodeManager.Core.Tests.Autoscaling.Planning;

/// <summary>A cluster in which plans come true, with machines that may differ from what was planned. The scheduler places what fits.</summary>
/// <param name="pools">The pools.</param>
/// <param name="real">Changes the node that a machine registers.</param>
internal sealed class PlannedWorld(IReadOnlyList<NodeSmithPool> pools, Action<NodeSmithClaim, Node> real)
{
    private readonly List<Node> _nodes = [];
    private readonly List<NodeSmithClaim> _claims = [];
    private ScaleMemory _memory = ScaleMemory.Empty;
    private int _sequence;

    public List<Pod> Pods { get; } = [];

    public List<DaemonSet> DaemonSets { get; } = [];

    /// <summary>The machines that have had pods, by the name of their nodes.</summary>
    public HashSet<string> Used { get; } = [];

    public DateTimeOffset Now { get; private set; } = Plan.Now;

    /// <summary>The machines that were created, in order, and the names of their nodes.</summary>
    public List<(NodeScalePlanMachine Machine, string Node)> Created { get; } = [];

    public ScalePlan Latest { get; private set; } = null!;

    public IReadOnlyList<Node> Nodes => _nodes;

    /// <summary>Plans and acts so often, in steps of a duration.</summary>
    public PlannedWorld Run(int steps, TimeSpan step, Random? restarts = null)
    {
        for (int number = 0; number < steps; number++)
        {
            if (restarts?.Next(5) == 0)
                _memory = ScaleMemory.Empty;
            Act();
            Now += step;
        }

        return this;
    }

    public Pod Find(string name) => Pods.Single(pod => pod.Metadata.Name == name);

    public static bool IsPlaced(Pod pod) => pod.Spec.NodeName is { Length: > 0 };

    /// <summary>The labels, taints and zone are those of the pool and the claim.</summary>
    public static Node Register(NodeSmithPool pool, NodeSmithClaim claim, DateTimeOffset now)
    {
        Node node = Plan.Node(
            claim.Metadata.Name,
            claim.Spec.Requirements!.CpuCores!.Value.ToString(CultureInfo.InvariantCulture),
            string.Create(CultureInfo.InvariantCulture, $"{claim.Spec.Requirements.MemoryMiB}Mi"),
            pool.Metadata.Name,
            claim.Spec.Zone
        );
        node.Metadata.CreationTimestamp = now;
        node.Metadata.Labels!["kubernetes.io/arch"] = "amd64";
        node.Spec.Taints = pool.Spec.MachineTemplate.Taints is { } taints ? [.. taints] : null;
        node.Status.Allocatable!["ephemeral-storage"] = Quantity.Parse("100Gi");
        return node;
    }

    private void Act()
    {
        ScaleInput input = Plan.Input(pools[0]) with
        {
            Now = Now,
            Pools = pools,
            Nodes = [.. _nodes],
            Pods = [.. Pods],
            Claims = [.. _claims],
            DaemonSets = DaemonSets,
            Memory = _memory,
        };
        ScalePlan plan = Latest = ScalePlanner.Plan(input);
        _memory = plan.Memory;
        foreach ((string name, PoolObservations observed) in plan.Observations)
        {
            ObjectMeta pool = pools.Single(one => one.Metadata.Name == name).Metadata;
            (pool.Annotations ??= [])[NodeSmithNames.ObservationsAnnotation] = observed.ToJson();
        }

        foreach (NodeScalePlanNode removed in plan.Nodes.Where(static node => node.Decision == AutoscalerDecision.Remove))
            Remove(removed.Node);
        foreach (NodeScalePlanMachine machine in plan.Machines)
            Create(machine, plan.Plans[machine.Id]);
        Schedule();
    }

    private void Create(NodeScalePlanMachine machine, PlannedMachine plan)
    {
        NodeSmithPool pool = pools.Single(one => one.Metadata.Name == machine.Pool);
        NodeSmithClaim claim = ClaimDraft.Of(pool, ++_sequence, machine.CpuCores, machine.Memory >> 20, machine.Shape, machine.Zone, plan);
        claim.Metadata.Uid = claim.Metadata.Name;
        claim.Metadata.CreationTimestamp = Now;
        Node node = Register(pool, claim, Now);
        real(claim, node);
        Created.Add((machine, node.Metadata.Name));
        claim.Status = new()
        {
            NodeName = node.Metadata.Name,
            Conditions = [Done(NodeSmithConditions.Initialized), Done(NodeSmithConditions.Ready)],
        };
        _claims.Add(claim);
        _nodes.Add(node);

        NodeSmithCondition Done(string type) =>
            new()
            {
                Type = type,
                Status = "True",
                LastTransitionTime = Now,
            };
    }

    private void Remove(string name)
    {
        _nodes.RemoveAll(node => node.Metadata.Name == name);
        _claims.RemoveAll(claim => claim.Metadata.Name == name);
        foreach (Pod pod in Pods.Where(pod => pod.Spec.NodeName == name))
        {
            pod.Spec.NodeName = null;
            pod.Status = Plan.Waiting("x").Status;
        }
    }

    private void Schedule()
    {
        ClusterSnapshot snapshot = ClusterSnapshot.Of(_nodes, Pods);
        foreach (Pod pod in Pods.Where(pod => !IsPlaced(pod)))
        {
            PodFit fit = new(pod, snapshot);
            if (snapshot.Nodes.FirstOrDefault(node => fit.Evaluate(node).Verdict == FitVerdict.Fits) is not { } node)
                continue;
            pod.On(node.Name);
            Used.Add(node.Name);
            snapshot.SetPod(pod);
        }
    }
}
