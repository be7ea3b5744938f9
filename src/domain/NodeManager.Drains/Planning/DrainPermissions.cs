using NodeManager.Drains.Options;

namespace NodeManager.Drains.Planning;

/// <summary>The permissions that a drain with its options needs.</summary>
public static class DrainPermissions
{
    /// <summary>The permissions of every drain.</summary>
    internal static IReadOnlyList<ResourceAttributes> OfNode { get; } =
    [new() { Verb = "patch", Resource = "nodes" }, new() { Verb = "list", Resource = "pods" }, new() { Verb = "watch", Resource = "pods" }];

    /// <summary>All permissions for drains of nodes whose pods may be in any namespace.</summary>
    public static IReadOnlyList<ResourceAttributes> Of(DrainOptions options) => [.. OfNode, .. OfRemoval(options, null)];

    /// <summary>What a drain changes besides its nodes. Where another account drains for a caller, the caller needs all of it.</summary>
    public static IReadOnlyList<ResourceAttributes> OfOptions(DrainOptions options)
    {
        List<ResourceAttributes> needed = [.. OfRemoval(options, null)];
        if (options is { Surge: true, DisableEviction: false })
            needed.Add(
                new()
                {
                    Verb = "patch",
                    Group = "apps",
                    Resource = "deployments",
                }
            );
        if (options.Condition == ConditionUse.Always)
            needed.Add(
                new()
                {
                    Verb = "patch",
                    Resource = "nodes",
                    Subresource = "status",
                }
            );
        return needed;
    }

    internal static IReadOnlyList<ResourceAttributes> OfRemoval(DrainOptions options, string? ns)
    {
        List<ResourceAttributes> needed = [];
        if (!options.DisableEviction)
            needed.Add(
                new()
                {
                    Verb = "create",
                    Resource = "pods",
                    Subresource = "eviction",
                    Namespace = ns,
                }
            );
        if (options.DeletesPods)
            needed.Add(
                new()
                {
                    Verb = "delete",
                    Resource = "pods",
                    Namespace = ns,
                }
            );
        if (options is { EvictionApi: EvictionApi.EvictionRequest, DisableEviction: false, GracePeriod: null })
        {
            needed.Add(
                new()
                {
                    Verb = "create",
                    Group = "lifecycle.k8s.io",
                    Resource = "evictionrequests",
                    Namespace = ns,
                }
            );
            needed.Add(
                new()
                {
                    Verb = "watch",
                    Group = "lifecycle.k8s.io",
                    Resource = "evictions",
                    Namespace = ns,
                }
            );
        }

        return needed;
    }
}
