using NodeManager.Drains.Options;
using NodeManager.Drains.Planning;

namespace NodeManager.Server.Access;

/// <summary>What a caller must be allowed to do in the cluster.</summary>
/// <param name="Verb">A verb of the Kubernetes API.</param>
/// <param name="Resource">Plural, with the subresource behind a slash; a path beginning with a slash stands for itself.</param>
/// <param name="Group">The API group; empty for the core.</param>
/// <param name="Scope">One of the constants of this type: where.</param>
internal sealed record AccessNeed(string Verb, string Resource, string Group = "", string Scope = AccessNeed.Everywhere)
{
    /// <summary>In the whole cluster.</summary>
    public const string Everywhere = "";

    /// <summary>The node of the path.</summary>
    public const string OneNode = "node";

    /// <summary>In the namespace that the query names; without one in all.</summary>
    public const string QueryNamespace = "namespace";

    /// <summary>In the namespace of the autoscaler's resources: that of the query, or its default.</summary>
    public const string PoolNamespace = "pools";

    /// <summary>In the namespace that runs of maintenances are kept in.</summary>
    public const string RunNamespace = "runs";

    /// <summary>In each namespace that has pods on the node of the path.</summary>
    public const string NamespacesOfNode = "pods";

    private const string Smith = "kubenodesmith.parawell.cloud";

    public static AccessNeed GetNode { get; } = new("get", "nodes", Scope: OneNode);

    public static AccessNeed PatchNode { get; } = new("patch", "nodes", Scope: OneNode);

    public static AccessNeed ListNodes { get; } = new("list", "nodes");

    public static AccessNeed PatchNodes { get; } = new("patch", "nodes");

    public static AccessNeed ListPods { get; } = new("list", "pods");

    /// <summary>Evictions in every namespace: a drain of a node can have pods of any.</summary>
    public static AccessNeed EvictPods { get; } = new("create", "pods/eviction");

    public static AccessNeed ListEvents { get; } = new("list", "events");

    public static AccessNeed ListRuns { get; } = new("list", "configmaps", Scope: RunNamespace);

    /// <summary>For the ConfigMaps of runs and silences.</summary>
    public static AccessNeed RunMap(string verb) => new(verb, "configmaps", Scope: RunNamespace);

    public static AccessNeed ReadScheduler { get; } = new("get", "configmaps", Scope: QueryNamespace);

    /// <summary>For the pools of the autoscaler.</summary>
    public static AccessNeed Pool(string verb) => new(verb, "nodesmithpools", Smith, PoolNamespace);

    /// <summary>For the status of the pools of the autoscaler.</summary>
    public static AccessNeed PoolStatus(string verb) => new(verb, "nodesmithpools/status", Smith, PoolNamespace);

    /// <summary>For the machines of the autoscaler.</summary>
    public static AccessNeed Claim(string verb) => new(verb, "nodesmithclaims", Smith, PoolNamespace);

    /// <summary>For what a drain does with these options.</summary>
    /// <param name="isOfOne">It is one of the node of the path, and concerns the namespaces of its pods.</param>
    public static IReadOnlyList<AccessNeed> OfDrain(DrainOptions options, bool isOfOne) =>
        [
            .. DrainPermissions
                .OfOptions(options)
                .Select(one => new AccessNeed(
                    one.Verb ?? "",
                    string.IsNullOrEmpty(one.Subresource) ? one.Resource ?? "" : $"{one.Resource}/{one.Subresource}",
                    one.Group ?? "",
                    !isOfOne ? Everywhere
                        : one.Resource == "nodes" ? OneNode
                        : NamespacesOfNode
                )),
        ];

    public override string ToString() => $"{Verb} {Resource}{(Group.Length > 0 ? $".{Group}" : "")}";
}

/// <summary>Checks what a route learns only from its request, for callers of the cluster.</summary>
/// <exception cref="NodeManagerException">Forbidden.</exception>
internal delegate Task CallerRights(HttpContext context, IReadOnlyList<AccessNeed> needs);

/// <summary>What callers of a route must be allowed to do in the cluster. A route without it is refused to callers of the cluster.</summary>
internal sealed record RouteNeeds(IReadOnlyList<AccessNeed> All);
