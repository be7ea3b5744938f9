using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Drains.Decisions;
using NodeManager.Kubernetes.Models;
using NodeManager.Scheduling;

namespace NodeManager.Recommendations.Decisions;

/// <summary>Determines whether nodes are missing, how many, and of which shape.</summary>
internal static class ScaleUpRules
{
    /// <summary>Without reasons no node is missing.</summary>
    public static (IReadOnlyList<NodeScaleReason> Reasons, IReadOnlyList<NodeScaleAddition> Additions) Judge(ScaleSituation situation)
    {
        List<NodeScaleReason> reasons = [];
        int current = situation.Nodes.Count;
        NewNodes nodes = new(situation.Snapshot.Clone(), situation.Active);
        AddForPods(situation, nodes, reasons);
        foreach (string resource in UtilizationRules.Resources)
        {
            decimal? requested = UtilizationRules.Requested(situation.Active, resource);
            if (requested > situation.UpAbove)
                AddForShare(
                    Above(situation, NodeScaleRule.RequestsAboveThreshold, resource, requested.Value, "requested"),
                    nodes.MissingForRequests(resource, situation.Comfortable),
                    nodes,
                    reasons
                );
            decimal? used = UtilizationRules.Used(situation.Active, resource);
            if (used > situation.UpAbove)
                AddForShare(
                    Above(situation, NodeScaleRule.UsageAboveThreshold, resource, used.Value, "used"),
                    nodes.MissingForUse(resource, situation.Comfortable),
                    nodes,
                    reasons
                );
        }

        int minimum = situation.Configuration.MinNodes;
        if (current + nodes.Count < minimum)
        {
            reasons.Add(
                new()
                {
                    Rule = NodeScaleRule.BelowMinimum,
                    Value = current,
                    Limit = minimum,
                    Message = $"The pool has {Nodes(current)}; minNodes is {minimum}.",
                }
            );
            nodes.AddUsual(minimum - current - nodes.Count);
        }

        if (nodes.Count == 0)
            return (reasons, []);
        int maximum = situation.Configuration.MaxNodes;
        int room = Math.Max(0, maximum - current);
        if (nodes.Count > room)
            reasons.Add(
                new()
                {
                    Rule = NodeScaleRule.AtMaximum,
                    Value = current + nodes.Count,
                    Limit = maximum,
                    Message = $"{current + nodes.Count} nodes would be needed; maxNodes is {maximum}.",
                }
            );
        return (reasons, nodes.Additions(room));
    }

    private static void AddForPods(ScaleSituation situation, NewNodes nodes, List<NodeScaleReason> reasons)
    {
        List<Pod> stuck = nodes.PlaceWaiting(situation.Waiting);
        foreach (Pod pod in stuck)
        {
            if (!nodes.Add(pod))
                reasons.Add(
                    new()
                    {
                        Rule = NodeScaleRule.NoShapeFits,
                        Object = pod.Title(),
                        Message = $"Pod {pod.Title()} is pending and does not fit on a new node like the existing ones.",
                    }
                );
        }

        if (nodes.Count > 0)
            reasons.Add(
                new()
                {
                    Rule = NodeScaleRule.PendingPods,
                    Value = stuck.Count,
                    Message = $"{Pods(stuck.Count)} no place on the existing nodes; {Nodes(nodes.Count)} would take those that fit.",
                }
            );
    }

    private static NodeScaleReason Above(ScaleSituation situation, string rule, string resource, decimal percent, string what) =>
        new()
        {
            Rule = rule,
            Resource = resource,
            Value = percent,
            Limit = situation.UpAbove,
            Message = $"{percent:0.#}% of {resource} is {what}; the threshold is {situation.UpAbove:0.#}%.",
        };

    private static void AddForShare(NodeScaleReason reason, int missing, NewNodes nodes, List<NodeScaleReason> reasons)
    {
        reasons.Add(reason);
        if (missing == int.MaxValue)
            reasons.Add(
                new()
                {
                    Rule = NodeScaleRule.NoShapeFits,
                    Resource = reason.Resource,
                    Message = $"DaemonSets alone would use the whole {reason.Resource} of new nodes like the existing ones.",
                }
            );
        else
            nodes.AddUsual(missing - nodes.Count);
    }

    private static string Nodes(int count) => count == 1 ? "1 node" : $"{count} nodes";

    private static string Pods(int count) => count == 1 ? "1 pod has" : $"{count} pods have";

    // New nodes of the existing shapes, added to a snapshot as needed.
    private sealed class NewNodes
    {
        private readonly ClusterSnapshot _snapshot;
        private readonly RemovalSimulation _world;
        private readonly List<ScaleNode> _shapes;
        private readonly List<(ScaleNode Shape, string Name, List<string> Pods)> _added = [];

        public NewNodes(ClusterSnapshot snapshot, IReadOnlyList<ScaleNode> active)
        {
            _snapshot = snapshot;
            _world = new(snapshot, RemovalOrder.All(1, snapshot.Nodes.Count)[0]);
            Active = active;
            // Shapes for all pods first, then the most common.
            _shapes =
            [
                .. active
                    .GroupBy(ShapeOf)
                    .OrderBy(static g => IsSpecial(g.First().Node))
                    .ThenByDescending(static g => g.Count())
                    .ThenBy(static g => g.Key, StringComparer.Ordinal)
                    .Select(static g => g.MinBy(static n => n.Name, StringComparer.Ordinal)!),
            ];
        }

        public int Count => _added.Count;

        private IReadOnlyList<ScaleNode> Active { get; }

        /// <summary>Places the pods that fit; returns the others.</summary>
        public List<Pod> PlaceWaiting(IEnumerable<Pod> waiting) =>
            [
                .. _world
                    .PlaceWaiting(
                        waiting.Where(static pod => pod.Spec.SchedulingGates is not { Count: > 0 } && !ScaleNode.StaysWithNode(pod))
                    )
                    .Where(static one => !one.IsUnknown)
                    .Select(static one => one.Pod),
            ];

        /// <summary>Adds a node for the pod, unless it fits on an added one. False if it fits on no shape.</summary>
        public bool Add(Pod pod)
        {
            if (_world.PlaceWaiting([pod]).Count == 0)
            {
                string on = _snapshot.Pods.First(state => ReferenceEquals(state.Pod, pod)).NodeName;
                if (_added.Find(one => one.Name == on) is { Pods: { } pods })
                    pods.Add(pod.Title());
                return true;
            }

            foreach (ScaleNode shape in _shapes)
            {
                string name = AddNode(shape);
                if (_world.PlaceWaiting([pod]).Count == 0)
                {
                    _added[^1].Pods.Add(pod.Title());
                    return true;
                }

                _world.Complete(name);
                _added.RemoveAt(_added.Count - 1);
            }

            return false;
        }

        /// <summary>Adds nodes of the first shape.</summary>
        public void AddUsual(int count)
        {
            for (; count > 0 && _shapes.Count > 0; count--)
                AddNode(_shapes[0]);
        }

        /// <summary>How many nodes of the first shape are missing for a comfortable share of requests.</summary>
        public int MissingForRequests(string resource, decimal comfortable)
        {
            if (_shapes.Count == 0)
                return 0;
            HashSet<string> names = [.. Active.Select(static n => n.Name)];
            // Pending pods with a place count.
            decimal requested =
                _snapshot
                    .Nodes.Where(n => names.Contains(n.Name) || _added.Exists(one => one.Name == n.Name))
                    .Sum(n => n.Requested(resource)) - _added.Sum(one => Overhead(one.Shape, resource));
            return Missing(requested, Overhead(_shapes[0], resource), resource, comfortable);
        }

        /// <summary>How many are missing for a comfortable share of usage.</summary>
        public int MissingForUse(string resource, decimal comfortable) =>
            _shapes.Count == 0
                ? 0
                : Missing(Active.Where(n => n.Used(resource) is not null).Sum(n => n.Used(resource)!.Value), 0, resource, comfortable);

        public IReadOnlyList<NodeScaleAddition> Additions(int room) =>
            [
                .. _added
                    .Take(room)
                    .GroupBy(static one => one.Shape.Name)
                    .Select(static group => new NodeScaleAddition
                    {
                        Count = group.Count(),
                        Like = group.Key,
                        InstanceType = LabelOf(group.First().Shape.Node, WellKnownLabels.InstanceType, WellKnownLabels.OlderInstanceType),
                        Zone = LabelOf(group.First().Shape.Node, WellKnownLabels.Zone, WellKnownLabels.OlderZone),
                        Allocatable = group.First().Shape.Node.Status.Allocatable.ToNodeResources(),
                        Pods = new([.. group.SelectMany(static one => one.Pods)]),
                    }),
            ];

        private int Missing(decimal amount, decimal overhead, string resource, decimal comfortable)
        {
            decimal share = comfortable / 100,
                there = Active.Sum(n => n.Allocatable(resource)),
                each = (share * _shapes[0].Allocatable(resource)) - overhead;
            decimal over = amount - (share * there);
            return over <= 0 ? 0
                : each <= 0 ? int.MaxValue
                : (int)Math.Min(int.MaxValue - 1, Math.Ceiling(over / each));
        }

        private string AddNode(ScaleNode shape)
        {
            string name = $"nodemanager-new-{_added.Count + 1}";
            _snapshot.SetNode(New(shape.Node, name));
            foreach (Pod pod in shape.Pods.Where(ScaleNode.StaysWithNode))
                _snapshot.Assume(New(pod, name), name);
            _added.Add((shape, name, []));
            return name;
        }

        private static Node New(Node like, string name)
        {
            Dictionary<string, string> labels = new(like.Metadata.Labels ?? []) { ["kubernetes.io/hostname"] = name };
            return new()
            {
                Metadata = new() { Name = name, Labels = labels },
                Spec = new()
                {
                    Taints = like.Spec.Taints?.FindAll(static t => !t.Key.StartsWith("node.kubernetes.io/", StringComparison.Ordinal)),
                },
                Status = new()
                {
                    Allocatable = like.Status.Allocatable,
                    Capacity = like.Status.Capacity,
                    Conditions = like.Status.Conditions,
                },
            };
        }

        private static Pod New(Pod like, string node) =>
            new()
            {
                Metadata = new()
                {
                    Namespace = like.Metadata.Namespace,
                    Name = $"{like.Metadata.Name}-{node}",
                    Labels = like.Metadata.Labels,
                    OwnerReferences = like.Metadata.OwnerReferences,
                },
                Spec = like.Spec,
                Status = like.Status,
            };

        // Tainted for some pods, or expensive for its other resources.
        private static bool IsSpecial(Node node) =>
            node.Spec.Taints?.Exists(static t => t.Effect != "PreferNoSchedule") == true
            || node.Status.Allocatable?.Keys.Any(static name => name.Contains('/', StringComparison.Ordinal)) == true;

        private static decimal Overhead(ScaleNode shape, string resource) => shape.Requested(resource) - shape.Movable(resource);

        private static string ShapeOf(ScaleNode node) =>
            string.Join(
                '|',
                LabelOf(node.Node, WellKnownLabels.InstanceType, WellKnownLabels.OlderInstanceType),
                LabelOf(node.Node, WellKnownLabels.Zone, WellKnownLabels.OlderZone),
                node.Allocatable(ResourceAmounts.Cpu),
                node.Allocatable(ResourceAmounts.Memory),
                string.Join(
                    ',',
                    (node.Node.Spec.Taints ?? []).Select(static t => $"{t.Key}={t.Value}:{t.Effect}").Order(StringComparer.Ordinal)
                )
            );

        private static string LabelOf(Node node, string key, string older) =>
            node.Metadata.Labels is { } labels ? labels.GetValueOrDefault(key) ?? labels.GetValueOrDefault(older) ?? "" : "";
    }
}
