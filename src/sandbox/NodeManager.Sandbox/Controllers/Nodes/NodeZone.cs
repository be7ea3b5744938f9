using NodeManager.Kubernetes.Models;

namespace NodeManager.Sandbox.Controllers.Nodes;

/// <summary>A zone of node lifecycle. Nodes without zone and region labels share one.</summary>
/// <param name="Region">Empty if unknown.</param>
/// <param name="Name">Unique within a region.</param>
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

        // The legacy label takes precedence.
        string Read(string old, string current) => labels?.GetValueOrDefault(old) ?? labels?.GetValueOrDefault(current) ?? "";
    }

    /// <summary>True for a node that does not count for its zone's state. In 1.20 this includes nodes named <c>master</c>.</summary>
    public static bool Excludes(Node node, int minorVersion) =>
        node.Metadata.Labels?.ContainsKey(ExclusionLabel) == true
        || (minorVersion <= NamesDecideUntil && IsCalledMaster(node.Metadata.Name));

    private static bool IsCalledMaster(string name) =>
        name.EndsWith("master", StringComparison.Ordinal)
        || (name.Length >= 10 && name[..^3].EndsWith("master-", StringComparison.Ordinal));
}
