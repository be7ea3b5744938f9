using NodeManager.Core.Nodes;

namespace NodeManager.Parameters;

/// <summary>A node by name in a session.</summary>
internal readonly record struct NodeReference(NodeManagerSession Session, NodeTarget Target)
{
    /// <summary>The node as the pipeline brought it, which spares reading it.</summary>
    public ClusterNode? Known { get; init; }

    /// <summary>The plan that the pipeline brought for the node.</summary>
    public NodeDrainPlan? Plan { get; init; }

    public string Name => Target.Name;

    public bool Equals(NodeReference other) => ReferenceEquals(Session, other.Session) && Name == other.Name;

    public override int GetHashCode() => HashCode.Combine(Session, Name);

    /// <summary>For questions and errors: <c>node 'worker-1' in cluster 'production'</c>.</summary>
    public override string ToString() => $"node '{Name}' in cluster '{Session.Cluster}'";

    /// <summary>The node that an object is, or stands for; null for an object that stands for none.</summary>
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

    /// <summary>The nodes that an object stands for; none for an object that stands for none.</summary>
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

    /// <summary>True where an object names all of its nodes by UID.</summary>
    public static bool HasUids(IReadOnlyList<NodeTarget> targets) => targets.Count > 0 && targets.All(static one => one.Uid.Length > 0);

    /// <summary>What the object knows of the node; null for an object that only names it.</summary>
    public static ClusterNode? KnownFrom(ClusterObject value) =>
        value switch
        {
            ClusterNode node => node,
            NodeChange { Type: not "Deleted" } change => change.Node,
            _ => null,
        };

    /// <summary>The UID of that node; empty where the object has none.</summary>
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

    /// <summary>Why a command that acts may not take an object; null: it may.</summary>
    /// <param name="value">What was piped.</param>
    /// <param name="session">Its session, whose configuration decides whether thresholds may make anything act.</param>
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

    /// <summary>The error for an object that stands for no node.</summary>
    public static NodeManagerException StandsForNone(ClusterObject value) =>
        new(
            ErrorIds.NodeNotFound,
            ErrorKind.InvalidArgument,
            $"'{value}'{(value is ObjectRow ? "" : $" ({value.GetType().Name})")} does not identify a node.",
            value,
            "Pipe nodes, pods bound to a node, drain plans or results, or objects with the property NodeName, Node or Name."
        );
}
