namespace NodeManager.Core.Nodes;

/// <summary>Source: https://kubernetes.io/docs/reference/labels-annotations-taints/</summary>
public static class WellKnownLabels
{
    public const string RolePrefix = "node-role.kubernetes.io/";

    public const string OlderRole = "kubernetes.io/role";

    public const string Zone = "topology.kubernetes.io/zone";

    public const string OlderZone = "failure-domain.beta.kubernetes.io/zone";

    public const string Region = "topology.kubernetes.io/region";

    public const string OlderRegion = "failure-domain.beta.kubernetes.io/region";

    public const string InstanceType = "node.kubernetes.io/instance-type";

    public const string OlderInstanceType = "beta.kubernetes.io/instance-type";
}
