using System.Collections.Frozen;
using NodeManager.Server.Nodes;

namespace NodeManager.Server.Delegation;

/// <summary>What callers of each route must be allowed to do in the cluster. A route that is not here is refused.</summary>
internal static class RouteRules
{
    private const string Node = NodeRoutes.Prefix + "/nodes/{name}",
        Pools = "/api/v1/nodepools",
        Smith = "kubenodesmith.parawell.cloud";

    private static readonly AccessNeed GetNode = new("get", "nodes", Scope: AccessNeed.OneNode),
        PatchNode = new("patch", "nodes", Scope: AccessNeed.OneNode);
    private static readonly AccessNeed ListNodes = new("list", "nodes"),
        ListPods = new("list", "pods");
    private static readonly AccessNeed ReadScheduler = new("get", "configmaps", Scope: AccessNeed.QueryNamespace);
    private static readonly AccessNeed[] ChangeScheduler =
    [
        new("patch", "configmaps", Scope: AccessNeed.QueryNamespace),
        new("patch", "deployments", "apps", AccessNeed.QueryNamespace),
    ];

    // A roll drains the nodes of the pool: pods may be in any namespace.
    private static readonly AccessNeed[] RollPool =
    [
        Pool("patch"),
        new("delete", "nodesmithclaims", Smith, AccessNeed.PoolNamespace),
        new("create", "configmaps", Scope: AccessNeed.PoolNamespace),
        new("patch", "nodes"),
        new("create", "pods/eviction"),
    ];

    private static readonly AccessNeed[] Maintain =
    [
        new("patch", "nodes"),
        new("create", "pods/eviction"),
        new("create", "configmaps", Scope: AccessNeed.RunNamespace),
    ];

    private static readonly FrozenDictionary<string, AccessNeed[]> Rules = new Dictionary<string, AccessNeed[]>
    {
        [$"GET {NodeRoutes.Prefix}/nodes"] = [ListNodes],
        [$"GET {NodeRoutes.Prefix}/nodes/stats"] = [ListNodes],
        [$"GET {Node}"] = [GetNode],
        [$"GET {Node}/details"] = [GetNode],
        [$"GET {Node}/pods"] = [GetNode, ListPods],
        [$"GET {Node}/events"] = [GetNode, new("list", "events")],
        [$"GET {Node}/usage"] = [GetNode],
        [$"GET {Node}/drain-plan"] = [GetNode, ListPods],
        [$"PUT {Node}/labels"] = [PatchNode],
        [$"DELETE {Node}/labels/{{**key}}"] = [PatchNode],
        [$"POST {Node}/taints"] = [PatchNode],
        [$"DELETE {Node}/taints/{{**key}}"] = [PatchNode],
        [$"POST {Node}/cordon"] = [PatchNode],
        [$"POST {Node}/uncordon"] = [PatchNode],
        [$"POST {Node}/drain"] = [PatchNode, new("create", "pods/eviction", Scope: AccessNeed.NamespacesOfNode)],
        ["GET /api/v1/events"] = [ListNodes, new("watch", "nodes")],
        // Findings name the pods that they are about.
        ["GET /api/v1/alerts"] = [ListNodes, ListPods],
        // Decisions name the pods that they were made for.
        ["GET /api/v1/autoscaler"] = [Pool("list"), ListPods],
        ["GET /api/v1/autoscaler/claims"] = [new("list", "nodesmithclaims", Smith, AccessNeed.PoolNamespace)],
        ["GET /api/v1/autoscaler/plan"] = [Pool("list"), ListNodes, ListPods],
        ["GET /api/v1/maintenances"] = [ListNodes, new("list", "configmaps", Scope: AccessNeed.RunNamespace)],
        ["GET /api/v1/maintenances/{id}"] = [ListNodes, new("list", "configmaps", Scope: AccessNeed.RunNamespace)],
        ["POST /api/v1/maintenances/plan"] = [ListNodes, ListPods],
        ["POST /api/v1/maintenances"] = Maintain,
        ["POST /api/v1/maintenances/{id}/resume"] = Maintain,
        ["POST /api/v1/maintenances/{id}/stop"] = Maintain,
        // Progress, results and blockers of drains name pods of all namespaces.
        ["GET /api/v1/operations"] = [ListNodes, ListPods],
        ["GET /api/v1/operations/{id}"] = [ListNodes, ListPods],
        ["GET /api/v1/operations/{id}/events"] = [ListNodes, ListPods],
        ["DELETE /api/v1/operations/{id}"] = [new("patch", "nodes"), ListPods],
        ["GET /api/v1/plugins"] = [ReadScheduler],
        ["POST /api/v1/plugins/{plugin}/enable"] = ChangeScheduler,
        ["POST /api/v1/plugins/{plugin}/disable"] = ChangeScheduler,
        ["PUT /api/v1/plugins/{plugin}/config"] = ChangeScheduler,
        ["POST /api/v1/scheduler/restart"] = ChangeScheduler,
        ["POST /api/v1/config/backup"] = ChangeScheduler,
        ["GET /api/v1/config/revisions"] = [ReadScheduler],
        ["GET /api/v1/config/revisions/{revision:long}"] = [ReadScheduler],
        ["POST /api/v1/config/revisions/{revision:long}/restore"] = ChangeScheduler,
        ["GET /api/v1/health"] = [ReadScheduler],
        [$"GET {Pools}"] = [Pool("list")],
        [$"POST {Pools}"] = [Pool("create")],
        [$"GET {Pools}/{{id}}"] = [Pool("get")],
        [$"PUT {Pools}/{{id}}"] = [Pool("patch")],
        [$"DELETE {Pools}/{{id}}"] = [Pool("delete")],
        [$"GET {Pools}/{{id}}/status"] = [Pool("get")],
        [$"PUT {Pools}/{{id}}/status"] = [new("patch", "nodesmithpools/status", Smith, AccessNeed.PoolNamespace)],
        [$"PATCH {Pools}/{{id}}"] = [Pool("patch")],
        [$"GET {Pools}/overview"] = [Pool("list")],
        [$"GET {Pools}/{{id}}/overview"] = [Pool("get")],
        [$"GET {Pools}/{{id}}/nodes"] = [Pool("get"), ListNodes],
        [$"POST {Pools}/{{id}}/plan"] = [Pool("get"), ListNodes, ListPods],
        [$"GET {Pools}/{{id}}/update"] = [Pool("get")],
        [$"POST {Pools}/{{id}}/update/plan"] = [Pool("get"), ListNodes, ListPods],
        [$"POST {Pools}/{{id}}/update"] = RollPool,
        [$"POST {Pools}/{{id}}/update/pause"] = RollPool,
        [$"POST {Pools}/{{id}}/update/resume"] = RollPool,
        [$"POST {Pools}/{{id}}/update/stop"] = RollPool,
        [$"POST {Pools}/{{id}}/update/rollback"] = RollPool,
        ["GET /api/v1/clusters/{clusterId}/nodepools"] = [Pool("list")],
        ["POST /api/v1/clusters/{clusterId}/nodepools"] = [Pool("create")],
        // An approval has the effect of the change, and a drain is the change with the greatest effect.
        // A plan of a drain names its pods.
        ["GET /api/v1/agents/plans"] = [ListNodes, ListPods],
        ["GET /api/v1/agents/plans/{id}"] = [ListNodes, ListPods],
        ["POST /api/v1/agents/plans/{id}/approve"] = [new("patch", "nodes"), new("create", "pods/eviction"), ListPods],
        ["POST /api/v1/agents/plans/{id}/deny"] = [new("patch", "nodes"), ListPods],
        // Each tool has rules of its own: see ToolRules.
        ["POST /mcp"] = [],
        ["GET /mcp"] = [],
        ["DELETE /mcp"] = [],
        // These show nothing of the cluster; a valid token suffices.
        ["GET /api/v1/clusters"] = [],
        ["GET /api/v1/me"] = [],
        ["GET /api/v1/openapi.json"] = [],
        ["GET /metrics"] = [new("get", "/metrics")],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Null for a route that callers of the cluster have no access to.</summary>
    /// <param name="method">Of HTTP.</param>
    /// <param name="pattern">As the route is mapped.</param>
    public static IReadOnlyList<AccessNeed>? Find(string method, string pattern) =>
        Rules.GetValueOrDefault($"{(HttpMethods.IsHead(method) ? HttpMethods.Get : method)} {pattern.TrimEnd('/')}");

    private static AccessNeed Pool(string verb) => new(verb, "nodesmithpools", Smith, AccessNeed.PoolNamespace);
}
