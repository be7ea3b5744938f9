namespace NodeManager.Recommendations.Decisions;

/// <summary>The DaemonSets' share of a node.</summary>
public static class DaemonSetOverhead
{
    // Added by the DaemonSet controller to its pods.
    private static readonly Toleration[] Added =
    [
        .. new[]
        {
            ("not-ready", "NoExecute"),
            ("unreachable", "NoExecute"),
            ("disk-pressure", "NoSchedule"),
            ("memory-pressure", "NoSchedule"),
            ("pid-pressure", "NoSchedule"),
            ("unschedulable", "NoSchedule"),
        }.Select(static one => new Toleration
        {
            Key = $"node.kubernetes.io/{one.Item1}",
            Operator = "Exists",
            Effect = one.Item2,
        }),
    ];

    /// <summary>The future DaemonSet pods of the node, without names.</summary>
    public static IEnumerable<Pod> On(Node node, IEnumerable<DaemonSet> daemonSets) =>
        daemonSets
            .Where(static set => set.Metadata.DeletionTimestamp is null)
            .Select(PodOf)
            .Where(pod => pod.Selects(node) && pod.FirstUntolerated(node) is null);

    /// <summary>Their sums by resource name; <c>pods</c> is their number.</summary>
    public static Dictionary<string, decimal> Of(Node node, IEnumerable<DaemonSet> daemonSets) => Of(On(node, daemonSets));

    /// <inheritdoc cref="Of(Node, IEnumerable{DaemonSet})"/>
    public static Dictionary<string, decimal> Of(IEnumerable<Pod> pods)
    {
        Dictionary<string, decimal> sum = new(StringComparer.Ordinal) { ["pods"] = 0 };
        foreach (Pod pod in pods)
        {
            sum["pods"]++;
            foreach ((string name, decimal amount) in PodRequests.Of(pod.Spec))
                sum[name] = sum.GetValueOrDefault(name) + amount;
        }

        return sum;
    }

    private static Pod PodOf(DaemonSet set) =>
        new()
        {
            Metadata = new()
            {
                Name = set.Metadata.Name,
                Namespace = set.Metadata.Namespace,
                Labels = set.Spec.Template.Metadata.Labels,
                OwnerReferences =
                [
                    new()
                    {
                        ApiVersion = "apps/v1",
                        Kind = "DaemonSet",
                        Name = set.Metadata.Name,
                        Uid = set.Metadata.Uid ?? "",
                        Controller = true,
                    },
                ],
            },
            Spec = new()
            {
                NodeSelector = set.Spec.Template.Spec.NodeSelector,
                Affinity = set.Spec.Template.Spec.Affinity,
                Tolerations = [.. set.Spec.Template.Spec.Tolerations ?? [], .. Added],
                Containers = set.Spec.Template.Spec.Containers.WithDefaultRequests(),
                InitContainers = set.Spec.Template.Spec.InitContainers?.WithDefaultRequests(),
                Overhead = set.Spec.Template.Spec.Overhead,
                Resources = set.Spec.Template.Spec.ResourcesWithDefaults(),
                HostNetwork = set.Spec.Template.Spec.HostNetwork,
            },
        };
}
