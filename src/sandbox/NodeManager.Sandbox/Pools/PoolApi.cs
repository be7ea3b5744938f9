using System.Globalization;
using System.Net.Mail;
using System.Text.Json;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Api.Requests;

namespace NodeManager.Sandbox.Pools;

/// <summary>
/// A pool service by its public specification: clusters, pools, status, health. A duplicate name is refused with 409, which only its guide
/// defines.
/// </summary>
internal sealed class PoolApi(PoolStore store, TimeProvider time)
{
    private const string Root = "/api/v1/";
    private const string HealthPath = "/health";
    private const int DefaultLimit = 50;
    private const int MaximumLimit = 100;

    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = 64, AllowDuplicateProperties = false };

    public PoolStore Store => store;

    /// <summary>Also serve the guide's nested routes; the specification only has flat ones.</summary>
    public bool HasNestedRoutes { get; set; }

    /// <summary><c>healthy</c>, <c>degraded</c> or <c>unhealthy</c>.</summary>
    public string Health { get; set; } = "healthy";

    /// <summary>Paths of the service, which do not overlap with those of Kubernetes.</summary>
    public static bool Serves(string path) =>
        path == HealthPath
        || (path.StartsWith(Root, StringComparison.Ordinal) && path[Root.Length..].Split('/')[0] is "nodepools" or "clusters");

    /// <summary>Answers a request. Never throws.</summary>
    public ApiResponse Answer(PoolCall call)
    {
        try
        {
            if (call.Path == HealthPath)
                return AnswerHealth(call);
            if (!call.IsAuthenticated)
                throw PoolRefusal.Unauthorized();
            if (!MailAddress.TryCreate(call.UserEmail, out _))
                throw PoolRefusal.Invalid("the header X-User-Email must be an email address");
            return call.Path[Root.Length..].Split('/') switch
            {
                ["nodepools"] => Collection(call, ListPools, () => CreatePool(call, "")),
                ["nodepools", var id] => AnswerPool(call, id),
                ["nodepools", var id, "status"] => AnswerPoolStatus(call, id),
                ["clusters"] => Collection(call, ListClusters, () => CreateCluster(call)),
                ["clusters", var id] => AnswerCluster(call, id),
                ["clusters", var id, "status"] => AnswerClusterStatus(call, id),
                ["clusters", var id, "nodepools"] when HasNestedRoutes => AnswerNested(call, store.Cluster(id).Id),
                _ => ApiResponse.Text("404 page not found\n", 404),
            };
        }
        catch (PoolRefusal refusal)
        {
            return refusal.Answer;
        }
    }

    private ApiResponse AnswerHealth(PoolCall call)
    {
        if (call.Method is not ("GET" or "HEAD"))
            throw NotAllowed(call);
        if (Health == "unhealthy")
            throw new PoolRefusal(503, "UNHEALTHY", "Service is unhealthy");
        return ApiResponse.Json(
            new()
            {
                ["status"] = Health,
                ["timestamp"] = ResourceRegistry.MicroTimestamp(time.GetUtcNow()),
                ["service"] = "nodemanager-sandbox-pools",
                ["components"] = new JsonObject { ["store"] = Health },
            }
        );
    }

    private static ApiResponse Collection(PoolCall call, Func<PoolCall, ApiResponse> list, Func<ApiResponse> create) =>
        call.Method switch
        {
            "GET" or "HEAD" => list(call),
            "POST" => create(),
            _ => throw NotAllowed(call),
        };

    private ApiResponse AnswerNested(PoolCall call, string clusterId) =>
        Collection(
            call,
            request => ListPools(request, store.Pools().Where(pool => pool.ClusterId == clusterId)),
            () => CreatePool(call, clusterId)
        );

    private ApiResponse AnswerPool(PoolCall call, string id)
    {
        switch (call.Method)
        {
            case "GET" or "HEAD":
                return ApiResponse.Json(PoolDocuments.Pool(store.Pool(id)));
            case "PUT":
                _ = store.Pool(id);
                JsonObject body = ReadBody(call, "UpdateNodePoolRequest", "nodepool");
                return ApiResponse.Json(PoolDocuments.Pool(store.ReplacePool(id, body.Text("name")!, body.Object("spec")!)));
            case "DELETE":
                store.DeletePool(id);
                return new() { StatusCode = 204 };
            default:
                throw NotAllowed(call);
        }
    }

    private ApiResponse AnswerCluster(PoolCall call, string id)
    {
        switch (call.Method)
        {
            case "GET" or "HEAD":
                return ApiResponse.Json(PoolDocuments.Cluster(store.Cluster(id)));
            case "PUT":
                _ = store.Cluster(id);
                return ApiResponse.Json(
                    PoolDocuments.Cluster(store.ReplaceCluster(id, ReadBody(call, "UpdateClusterRequest", "cluster").Object("spec")!))
                );
            case "DELETE":
                store.DeleteCluster(id);
                return new() { StatusCode = 204 };
            default:
                throw NotAllowed(call);
        }
    }

    private ApiResponse AnswerPoolStatus(PoolCall call, string id)
    {
        PoolItem pool = store.Pool(id);
        if (call.Method is "GET" or "HEAD")
            return ApiResponse.Json(PoolDocuments.PoolStatus(pool));
        if (call.Method != "PUT")
            throw NotAllowed(call);
        JsonObject report = ReadBody(call, "UpdateNodePoolStatusRequest", "status");
        pool = store.Report(false, id, report);
        JsonObject answer = StatusUpdated(report, pool.ClusterId);
        answer["nodepool_id"] = pool.Id;
        return ApiResponse.Json(answer);
    }

    private ApiResponse AnswerClusterStatus(PoolCall call, string id)
    {
        PoolItem cluster = store.Cluster(id);
        if (call.Method is "GET" or "HEAD")
            return ApiResponse.Json(PoolDocuments.ClusterStatusAnswer(cluster));
        if (call.Method != "PUT")
            throw NotAllowed(call);
        JsonObject report = ReadBody(call, "UpdateClusterStatusRequest", "status");
        store.Report(true, id, report);
        return ApiResponse.Json(StatusUpdated(report, cluster.Id));
    }

    private ApiResponse ListPools(PoolCall call) => ListPools(call, store.Pools());

    private static ApiResponse ListPools(PoolCall call, IEnumerable<PoolItem> pools)
    {
        string? phase = call.Query["status"],
            health = call.Query["health"];
        return Page(
            call,
            "nodepools",
            [.. pools.Where(pool => (phase is null || pool.Phase == phase) && (health is null || pool.Health == health))],
            PoolDocuments.Pool
        );
    }

    private ApiResponse ListClusters(PoolCall call)
    {
        string? platform = OneOf(call, "platform", NodePoolPlatformType.All),
            phase = OneOf(call, "status", NodePoolPhase.All);
        return Page(
            call,
            "clusters",
            [
                .. store
                    .Clusters()
                    .Where(one =>
                        (phase is null || one.Phase == phase) && (platform is null || one.Spec.Object("platform").Text("type") == platform)
                    ),
            ],
            PoolDocuments.Cluster
        );
    }

    private ApiResponse CreatePool(PoolCall call, string clusterId)
    {
        JsonObject body = ReadBody(call, "CreateNodePoolRequest", "nodepool");
        string named = body.Text("cluster_id")!;
        if (clusterId.Length > 0 && !named.Equals(clusterId, StringComparison.OrdinalIgnoreCase))
            throw PoolRefusal.Invalid("cluster_id differs from the cluster of the path");
        return ApiResponse.Json(PoolDocuments.Pool(store.AddPool(body.Text("name")!, named, body.Object("spec")!, call.UserEmail)), 201);
    }

    private ApiResponse CreateCluster(PoolCall call)
    {
        JsonObject body = ReadBody(call, "CreateClusterRequest", "cluster");
        return ApiResponse.Json(PoolDocuments.Cluster(store.AddCluster(body.Text("name")!, body.Object("spec")!, call.UserEmail)), 201);
    }

    private static ApiResponse Page(PoolCall call, string name, IReadOnlyList<PoolItem> items, Func<PoolItem, JsonObject> document)
    {
        int limit = Number(call, "limit", DefaultLimit, 1, MaximumLimit),
            offset = Number(call, "offset", 0, 0, int.MaxValue);
        return ApiResponse.Json(
            new()
            {
                [name] = new JsonArray([.. items.Skip(offset).Take(limit).Select(document)]),
                ["total"] = items.Count,
                ["limit"] = limit,
                ["offset"] = offset,
            }
        );
    }

    private static int Number(PoolCall call, string name, int usual, int minimum, int maximum)
    {
        if (call.Query[name] is not { } text)
            return usual;
        bool isNumber = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number);
        if (isNumber && number >= minimum && number <= maximum)
            return number;
        throw PoolRefusal.Invalid(
            maximum == int.MaxValue
                ? $"{name} must be an integer of {minimum} or more"
                : $"{name} must be an integer from {minimum} to {maximum}"
        );
    }

    private static string? OneOf(PoolCall call, string name, IReadOnlyList<string> values) =>
        call.Query[name] is not { } value ? null
        : values.Contains(value) ? value
        : throw PoolRefusal.Invalid($"{name} must be one of {string.Join(", ", values)}");

    private static JsonObject ReadBody(PoolCall call, string definition, string subject)
    {
        JsonNode? body;
        try
        {
            body = JsonNode.Parse(call.Body.Span, null, Reading);
        }
        catch (JsonException)
        {
            throw new PoolRefusal(400, "INVALID_JSON", "The request body is not valid JSON");
        }

        return PoolSchemas.Check(body, definition) is { } fault ? throw PoolRefusal.Invalid($"{subject} {fault}") : (JsonObject)body!;
    }

    private static JsonObject StatusUpdated(JsonObject report, string clusterId) =>
        new()
        {
            ["message"] = "Status updated successfully",
            ["cluster_id"] = clusterId,
            ["controller_name"] = report.Text("controller_name"),
            ["observed_generation"] = report.Number("observed_generation"),
        };

    private static PoolRefusal NotAllowed(PoolCall call) => new(405, "METHOD_NOT_ALLOWED", $"{call.Method} is not allowed here");
}
