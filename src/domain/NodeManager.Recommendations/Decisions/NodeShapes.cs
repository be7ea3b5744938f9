using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Scheduling.Packing;

namespace NodeManager.Recommendations.Decisions;

/// <summary>New nodes like the existing ones, as offers of machines.</summary>
internal static class NodeShapes
{
    /// <summary>One node of each shape, by name: shapes for all pods first, then the most common.</summary>
    public static Dictionary<string, RemovalCandidate> Of(IEnumerable<ScaleNode> nodes) =>
        nodes
            .GroupBy(static node => ShapeOf(node.Removal.Node))
            .OrderBy(static group => IsSpecial(group.First().Node))
            .ThenByDescending(static group => group.Count())
            .ThenBy(static group => group.Key, StringComparer.Ordinal)
            .Select(static group => group.MinBy(static node => node.Name, StringComparer.Ordinal)!)
            .ToDictionary(static node => node.Name, static node => node.Removal, StringComparer.Ordinal);

    public static MachineOffer Offer(RemovalCandidate like)
    {
        Node node = like.Node.Node;
        Dictionary<string, decimal> allocatable = (node.Status.Allocatable ?? []).ToDictionary(
            static pair => pair.Key,
            static pair => pair.Value.Value
        );
        List<PodState> residents = [.. like.Ending.Where(static pod => pod.Pod.Metadata.DeletionTimestamp is null)];
        Dictionary<string, decimal> overhead = residents
            .SelectMany(static pod => pod.Requests)
            .GroupBy(static pair => pair.Key)
            .ToDictionary(static group => group.Key, static group => group.Sum(static pair => pair.Value));
        overhead["pods"] = residents.Count;
        return new()
        {
            Pool = node.Metadata.Name,
            Template = new()
            {
                Metadata = new() { Labels = node.Metadata.Labels },
                Spec = new()
                {
                    Taints = node.Spec.Taints?.FindAll(static t => !t.Key.StartsWith("node.kubernetes.io/", StringComparison.Ordinal)),
                },
            },
            Sizes =
            [
                new(
                    "",
                    (long)Math.Ceiling(allocatable.GetValueOrDefault(ResourceAmounts.Cpu)),
                    (long)(allocatable.GetValueOrDefault(ResourceAmounts.Memory) / (1L << 20)),
                    allocatable
                ),
            ],
            Overhead = overhead,
            Residents = [.. residents.Select(static pod => pod.Pod)],
            Allowance = new(),
        };
    }

    public static IReadOnlyList<NodeScaleAddition> Additions(
        IEnumerable<PackedMachine> machines,
        IReadOnlyDictionary<string, RemovalCandidate> shapes
    ) =>
        [
            .. machines
                .GroupBy(static machine => machine.Offer.Pool)
                .Select(group =>
                {
                    Node like = shapes[group.Key].Node.Node;
                    return new NodeScaleAddition
                    {
                        Count = group.Count(),
                        Like = group.Key,
                        InstanceType = LabelOf(like, WellKnownLabels.InstanceType, WellKnownLabels.OlderInstanceType),
                        Zone = LabelOf(like, WellKnownLabels.Zone, WellKnownLabels.OlderZone),
                        Allocatable = like.Status.Allocatable.ToNodeResources(),
                        Pods = new([.. group.SelectMany(static machine => machine.Pods).Select(static pod => pod.Key())]),
                    };
                }),
        ];

    // Tainted for some pods, or expensive for its other resources.
    private static bool IsSpecial(Node node) =>
        node.Spec.Taints?.Exists(static t => t.Effect != "PreferNoSchedule") == true
        || node.Status.Allocatable?.Keys.Any(static name => name.Contains('/', StringComparison.Ordinal)) == true;

    private static string ShapeOf(NodeState node) =>
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
