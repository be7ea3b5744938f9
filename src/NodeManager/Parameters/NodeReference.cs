using NodeManager.Core.Nodes;

namespace NodeManager.Parameters;

internal readonly record struct NodeReference(NodeManagerSession Session, NodeTarget Target)
{
    /// <summary>The node from the pipeline, which saves a read.</summary>
    public ClusterNode? Known { get; init; }

    /// <summary>The plan from the pipeline.</summary>
    public NodeDrainPlan? Plan { get; init; }

    public string Name => Target.Name;

    /// <summary>True for the same node. A reference without a UID is any node of its name; a node that registered again is a different one.</summary>
    public bool Equals(NodeReference other) =>
        ReferenceEquals(Session, other.Session)
        && Name == other.Name
        && (Target.Uid.Length == 0 || other.Target.Uid.Length == 0 || Target.Uid == other.Target.Uid);

    public override int GetHashCode() => HashCode.Combine(Session, Name);

    /// <summary>For prompts and errors: <c>node 'worker-1' in cluster 'production'</c>.</summary>
    public override string ToString() => $"node '{Name}' in cluster '{Session.Cluster}'";

    /// <summary>The node that an object stands for; null for none.</summary>
    public static NodeTarget? TargetFrom(ClusterObject value) =>
        value switch
        {
            ClusterNode node => new(node.Name, node.Uid),
            NodePod pod => new(pod.NodeName, pod.NodeUid),
            NodeImage image => new(image.NodeName, image.NodeUid),
            NodeEvent happened => new(happened.NodeName, happened.NodeUid),
            NodeLogLine line => new(line.NodeName, line.NodeUid),
            NodeDrainPlan plan => new(plan.Node, plan.NodeUid),
            NodeDrainResult result => new(result.Node, result.NodeUid),
            NodeDrainPod pod => new(pod.Node, pod.NodeUid),
            NodeChange change => new(change.Name, change.Node.Uid),
            NodeSelection selection => new(selection.Name, selection.Uid),
            NodeUsageSeries series => new(series.Node, series.NodeUid),
            NodeScaleCandidate candidate => new(candidate.Node, candidate.NodeUid),
            NodeHealth health => new(health.Name, health.Uid),
            NodeFinding finding => new(finding.Node, finding.NodeUid),
            NodeMaintenancePlan plan => new(plan.Node, plan.NodeUid),
            NodeMaintenanceResult result => new(result.Node, result.NodeUid),
            NodeRepairResult result => new(result.Node, result.NodeUid),
            NodeCommandResult result => new(result.Node, result.NodeUid),
            ObjectRow row => new(row.Node, row.NodeUid),
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
            _ => TargetFrom(value) is { Name.Length: > 0 } node ? [node] : [],
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
