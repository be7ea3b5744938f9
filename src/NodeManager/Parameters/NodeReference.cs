using NodeManager.Core.Nodes;

namespace NodeManager.Parameters;

internal readonly record struct NodeReference(NodeManagerSession Session, NodeTarget Target)
{
    /// <summary>The node from the pipeline, which saves a read.</summary>
    public ClusterNode? Known { get; init; }

    /// <summary>The plan from the pipeline.</summary>
    public NodeDrainPlan? Plan { get; init; }

    public string Name => Target.Name;

    public bool Equals(NodeReference other) => ReferenceEquals(Session, other.Session) && Name == other.Name;

    public override int GetHashCode() => HashCode.Combine(Session, Name);

    /// <summary>For prompts and errors: <c>node 'worker-1' in cluster 'production'</c>.</summary>
    public override string ToString() => $"node '{Name}' in cluster '{Session.Cluster}'";

    /// <summary>The node's name; null for an object that does not stand for a node.</summary>
    public static string? NameFrom(ClusterObject value) =>
        value switch
        {
            ClusterNode node => node.Name,
            NodePod pod => pod.NodeName,
            NodeImage image => image.NodeName,
            NodeDrainPlan plan => plan.Node,
            NodeDrainResult result => result.Node,
            NodeDrainPod pod => pod.Node,
            NodeChange change => change.Name,
            NodeSelection selection => selection.Name,
            NodeUsageSeries series => series.Node,
            NodeScaleCandidate candidate => candidate.Node,
            NodeHealth health => health.Name,
            NodeFinding finding => finding.Node,
            NodeMaintenancePlan plan => plan.Node,
            NodeMaintenanceResult result => result.Node,
            NodeRepairResult result => result.Node,
            ObjectRow row => row.Node,
            _ => null,
        };

    /// <summary>The nodes that an object stands for; may be empty.</summary>
    public static IReadOnlyList<NodeTarget> TargetsFrom(ClusterObject value) =>
        value switch
        {
            NodeAlert alert =>
            [
                .. alert.Nodes.Select(node => new NodeTarget(
                    node,
                    alert.Findings.FirstOrDefault(finding => finding.Node == node)?.NodeUid ?? ""
                )),
            ],
            NodeScaleRecommendation recommendation =>
            [
                .. recommendation.Remove.Select(static one => new NodeTarget(one.Node, one.NodeUid)),
            ],
            _ => NameFrom(value) is { Length: > 0 } name ? [new NodeTarget(name, UidFrom(value))] : [],
        };

    public static bool HasUids(IReadOnlyList<NodeTarget> targets) => targets.Count > 0 && targets.All(static one => one.Uid.Length > 0);

    /// <summary>The node's data; null for an object that only names it.</summary>
    public static ClusterNode? KnownFrom(ClusterObject value) =>
        value switch
        {
            ClusterNode node => node,
            NodeChange { Type: not "Deleted" } change => change.Node,
            _ => null,
        };

    public static string UidFrom(ClusterObject value) =>
        value switch
        {
            ClusterNode node => node.Uid,
            NodePod pod => pod.NodeUid,
            NodeImage image => image.NodeUid,
            NodeDrainPlan plan => plan.NodeUid,
            NodeDrainResult result => result.NodeUid,
            NodeDrainPod pod => pod.NodeUid,
            NodeChange change => change.Node.Uid,
            NodeSelection selection => selection.Uid,
            NodeUsageSeries series => series.NodeUid,
            NodeScaleCandidate candidate => candidate.NodeUid,
            NodeHealth health => health.Uid,
            NodeFinding finding => finding.NodeUid,
            NodeMaintenancePlan plan => plan.NodeUid,
            NodeMaintenanceResult result => result.NodeUid,
            NodeRepairResult result => result.NodeUid,
            ObjectRow row => row.NodeUid,
            _ => "",
        };

    /// <summary>The error for an object that acting commands refuse; null if it is accepted.</summary>
    /// <param name="session">Its configuration decides whether thresholds may trigger actions.</param>
    public static NodeManagerException? Forbids(ClusterObject value, NodeManagerSession session) =>
        value is not (NodeScaleRecommendation or NodeScaleCandidate) || session.Configuration.EnableAutoScaling
            ? null
            : new(
                ErrorIds.AutoScalingDisabled,
                ErrorKind.InvalidOperation,
                $"The recommendation was not carried out: enableAutoScaling is false in the configuration of session '{session.Cluster}'.",
                value,
                "To let recommendations act, run Set-NodeManagerConfiguration -EnableAutoScaling $true. Without it, pass the names of the nodes."
            );

    public static NodeManagerException StandsForNone(ClusterObject value) =>
        new(
            ErrorIds.NodeNotFound,
            ErrorKind.InvalidArgument,
            $"'{value}'{(value is ObjectRow ? "" : $" ({value.GetType().Name})")} does not identify a node.",
            value,
            "Pipe nodes, pods bound to a node, drain plans or results, or objects with the property NodeName, Node or Name."
        );
}
