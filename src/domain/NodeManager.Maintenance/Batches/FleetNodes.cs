using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Maintenance.Batches;

/// <summary>The properties of a node that a maintenance uses.</summary>
public static class FleetNodes
{
    public static bool IsReady(this Node node) => NodeMapper.ConditionStatus(node, "Ready") == "True";

    public static bool IsControlPlane(this Node node) =>
        node.Metadata.Labels is { } labels
        && (labels.ContainsKey(WellKnownLabels.RolePrefix + "control-plane") || labels.ContainsKey(WellKnownLabels.RolePrefix + "master"));
}
