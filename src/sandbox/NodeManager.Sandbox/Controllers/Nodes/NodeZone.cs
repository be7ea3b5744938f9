using NodeManager.Kubernetes.Models;

namespace NodeManager.Sandbox.Controllers.Nodes;

/// <summary>A zone as node lifecycle counts it. Nodes without zone and region labels share one.</summary>
/// <param name="Region">Empty if the node does not say.</param>
/// <param name="Name">The same name in another region is another zone.</param>
internal readonly record struct NodeZone(string Region, string Name)
{
    private const string ExclusionLabel = "node.kubernetes.io/exclude-disruption";
    private const int NamesDecideUntil = 20;

    public static NodeZone Of(Node node)
    {
        Dictionary<string, string>? labels = node.Metadata.Labels;
        return new(
            Read("failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region"),
            Read("failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone")
        );

        // The old label decides where both are there.
        string Read(string old, string current) => labels?.GetValueOrDefault(old) ?? labels?.GetValueOrDefault(current) ?? "";
    }

    /// <summary>True for a node that does not count for its zone's state. In 1.20 that includes nodes that are called <c>master</c>.</summary>
    public static bool Excludes(Node node, int minorVersion) =>
        node.Metadata.Labels?.ContainsKey(ExclusionLabel) == true
        || (minorVersion <= NamesDecideUntil && IsCalledMaster(node.Metadata.Name));

    private static bool IsCalledMaster(string name) =>
        name.EndsWith("master", StringComparison.Ordinal)
        || (name.Length >= 10 && name[..^3].EndsWith("master-", StringComparison.Ordinal));
}
