namespace NodeManager.Core.Nodes.Reading;

public static class NodeExtensions
{
    public static bool IsReady(this Node node) => node.Status.Conditions.IsTrue("Ready");

    /// <summary>By its role labels, the older <c>kubernetes.io/role</c> included.</summary>
    public static bool IsControlPlane(this Node node) =>
        NodeMapper.RolesOf(node.Metadata.Labels ?? []).Any(static role => role is "control-plane" or "master");
}
