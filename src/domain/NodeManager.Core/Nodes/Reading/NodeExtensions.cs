using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Nodes.Reading;

public static class NodeExtensions
{
    public static bool IsReady(this Node node) => NodeMapper.ConditionStatus(node, "Ready") == "True";

    public static bool IsControlPlane(this Node node) =>
        node.Metadata.Labels is { } labels
        && (labels.ContainsKey(WellKnownLabels.RolePrefix + "control-plane") || labels.ContainsKey(WellKnownLabels.RolePrefix + "master"));
}
