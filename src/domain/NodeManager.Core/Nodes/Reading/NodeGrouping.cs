namespace NodeManager.Core.Nodes.Reading;

/// <param name="Name"><c>Zone</c>, <c>Region</c>, <c>Role</c>, <c>InstanceType</c>, a label's key; empty for no groups.</param>
/// <param name="GroupsOf">The groups of a node; one empty group if it has no such value.</param>
public sealed record NodeGrouping(string Name, Func<ClusterNode, IReadOnlyList<string>> GroupsOf)
{
    /// <exception cref="NodeManagerException">InvalidLabelKey.</exception>
    public static NodeGrouping Parse(string? groupBy) =>
        groupBy?.ToLowerInvariant() switch
        {
            null or "" => new("", _ => [""]),
            "zone" => new("Zone", n => [n.Zone]),
            "region" => new("Region", n => [n.Region]),
            "instancetype" => new("InstanceType", n => [n.InstanceType]),
            "role" => new("Role", n => n.Roles.Count == 0 ? [""] : n.Roles),
            _ => ByLabel(groupBy),
        };

    private static NodeGrouping ByLabel(string key)
    {
        NodeInput.CheckLabelKeys([key]);
        return new(key, n => [n.Labels.GetValueOrDefault(key, "")]);
    }
}
