using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NodeManager.Testing;

namespace NodeManager.Server.Tests.Units;

/// <summary>
/// The routes that others defined answer the fields that they defined, such as <c>"memory": "31Gi"</c>. Our own routes answer numbers with the unit in the
/// name, and timestamps. A new route has to be in one of the two lists.
/// </summary>
public sealed partial class RouteUnitTests
{
    private const string Nodes = "/api/plugins/streamspace-node-manager/nodes",
        Pools = "/api/v1/nodepools";

    // StreamSpace's node manager, the node pools API and the scheduler plugin manager.
    private static readonly string[] Defined =
    [
        $"GET {Nodes}",
        $"GET {Nodes}/stats",
        $"GET {Nodes}/{{name}}",
        $"PUT {Nodes}/{{name}}/labels",
        $"DELETE {Nodes}/{{name}}/labels/{{key}}",
        $"POST {Nodes}/{{name}}/taints",
        $"DELETE {Nodes}/{{name}}/taints/{{key}}",
        $"POST {Nodes}/{{name}}/cordon",
        $"POST {Nodes}/{{name}}/uncordon",
        $"POST {Nodes}/{{name}}/drain",
        $"GET {Pools}",
        $"POST {Pools}",
        $"GET {Pools}/{{id}}",
        $"PUT {Pools}/{{id}}",
        $"DELETE {Pools}/{{id}}",
        $"GET {Pools}/{{id}}/status",
        $"PUT {Pools}/{{id}}/status",
        "GET /api/v1/clusters/{clusterId}/nodepools",
        "POST /api/v1/clusters/{clusterId}/nodepools",
        "GET /api/v1/plugins",
        "POST /api/v1/plugins/{plugin}/enable",
        "POST /api/v1/plugins/{plugin}/disable",
        "PUT /api/v1/plugins/{plugin}/config",
        "POST /api/v1/scheduler/restart",
        "POST /api/v1/config/backup",
        "GET /api/v1/health",
    ];

    private static readonly string[] Own =
    [
        $"GET {Nodes}/{{name}}/details",
        $"GET {Nodes}/{{name}}/pods",
        $"GET {Nodes}/{{name}}/events",
        $"GET {Nodes}/{{name}}/usage",
        $"GET {Nodes}/{{name}}/drain-plan",
        $"POST {Nodes}/changes",
        $"POST {Nodes}/drain",
        $"POST {Nodes}/drain/plan",
        $"POST {Nodes}/drain/rehearsal",
        "GET /api/v1/pods",
        "GET /api/v1/pods/{ns}/{name}/events",
        "GET /api/v1/pods/{ns}/{name}/budgets",
        "GET /api/v1/pods/{ns}/{name}/log",
        "GET /api/v1/objects/{kind}/{name}",
        "GET /api/v1/activity",
        $"PATCH {Pools}/{{id}}",
        $"GET {Pools}/overview",
        $"GET {Pools}/{{id}}/overview",
        $"GET {Pools}/{{id}}/nodes",
        $"POST {Pools}/{{id}}/plan",
        $"GET {Pools}/{{id}}/update",
        $"POST {Pools}/{{id}}/update",
        $"POST {Pools}/{{id}}/update/plan",
        $"POST {Pools}/{{id}}/update/pause",
        $"POST {Pools}/{{id}}/update/resume",
        $"POST {Pools}/{{id}}/update/stop",
        $"POST {Pools}/{{id}}/update/rollback",
        "GET /api/v1/config/revisions",
        "GET /api/v1/config/revisions/{revision}",
        "POST /api/v1/config/revisions/{revision}/restore",
        "GET /api/v1/autoscaler",
        "GET /api/v1/autoscaler/claims",
        "POST /api/v1/autoscaler/install",
        "POST /api/v1/autoscaler/start",
        "POST /api/v1/autoscaler/stop",
        "GET /api/v1/autoscaler/plan",
        "POST /api/v1/autoscaler/plan",
        "GET /api/v1/alerts/silences",
        "POST /api/v1/alerts/silences",
        "DELETE /api/v1/alerts/silences/{id}",
        "GET /api/v1/maintenances",
        "POST /api/v1/maintenances",
        "GET /api/v1/maintenances/{id}",
        "POST /api/v1/maintenances/plan",
        "POST /api/v1/maintenances/{id}/resume",
        "POST /api/v1/maintenances/{id}/stop",
        "GET /api/v1/operations",
        "GET /api/v1/operations/{id}",
        "DELETE /api/v1/operations/{id}",
        "GET /api/v1/operations/{id}/events",
        // Its events hold nodes as GET /nodes has them, which they replace.
        "GET /api/v1/events",
        "GET /api/v1/alerts",
        "GET /api/v1/clusters",
        "GET /api/v1/me",
        "GET /api/v1/agents/plans",
        "GET /api/v1/agents/plans/{id}",
        "POST /api/v1/agents/plans/{id}/approve",
        "POST /api/v1/agents/plans/{id}/deny",
    ];

    private readonly JsonObject _document = JsonNode
        .Parse(File.ReadAllText(Path.Combine(RepositoryFolder.Path, "docs", "reference", "api", "openapi.json")))!
        .AsObject();

    [Fact]
    public void Each_route_is_one_that_others_defined_or_our_own()
    {
        Assert.Empty(Defined.Intersect(Own));
        Assert.Equal(
            Defined.Concat(Own).Order(StringComparer.Ordinal),
            Operations().Select(static one => one.Route).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void Our_own_routes_answer_numbers_with_units_and_timestamps() =>
        Assert.Empty(
            Operations()
                .Where(static one => Own.Contains(one.Route))
                .SelectMany(one => BodiesOf(one.Operation).SelectMany(body => Violations(body, one.Route)))
                .Distinct()
        );

    [Theory]
    [InlineData("memory", "string", null)]
    [InlineData("memory", "integer", null)]
    [InlineData("cpu", "number", null)]
    [InlineData("requested_cpu", "string", null)]
    [InlineData("duration", "string", null)]
    [InlineData("timeout", "integer", null)]
    [InlineData("age", "string", null)]
    [InlineData("created_at", "string", null)]
    [InlineData("created", "string", "date-time")]
    public void A_quantity_without_its_unit_is_a_violation(string name, string type, string? format) =>
        Assert.Single(Violations(name, new() { ["type"] = type, ["format"] = format }));

    [Theory]
    [InlineData("memory_bytes", "integer", null)]
    [InlineData("memory_percent", "number", null)]
    [InlineData("cpu_cores", "number", null)]
    [InlineData("estimated_seconds", "number", null)]
    [InlineData("expected_seconds", "number", null)]
    [InlineData("created_at", "string", "date-time")]
    [InlineData("message", "string", null)]
    public void A_quantity_with_its_unit_is_none(string name, string type, string? format) =>
        Assert.Empty(Violations(name, new() { ["type"] = type, ["format"] = format }));

    private IEnumerable<(string Route, JsonNode Operation)> Operations() =>
        from path in _document["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        select ($"{operation.Key.ToUpperInvariant()} {path.Key}", operation.Value!);

    private static IEnumerable<JsonObject> BodiesOf(JsonNode operation) =>
        from response in operation["responses"]!.AsObject()
        where response.Key[0] == '2' && response.Value!["content"] is not null
        from content in response.Value!["content"]!.AsObject()
        where content.Value!["schema"] is not null
        select content.Value!["schema"]!.AsObject();

    private IEnumerable<string> Violations(JsonObject schema, string path)
    {
        if ((string?)schema["$ref"] is { } reference)
            schema = _document["components"]!["schemas"]![reference.Split('/')[^1]]!.AsObject();
        if (schema["items"] is JsonObject items)
            foreach (string one in Violations(items, path))
                yield return one;
        foreach ((string name, JsonNode? property) in schema["properties"]?.AsObject() ?? [])
        {
            foreach (string one in Violations(name, property!.AsObject()))
                yield return $"{path} {one}";
            foreach (string one in Violations(property!.AsObject(), $"{path} {name}"))
                yield return one;
        }
    }

    private static IEnumerable<string> Violations(string name, JsonObject property)
    {
        bool isTimestamp = (string?)property["format"] == "date-time",
            isText = property["type"] is JsonValue type && (string?)type == "string";
        if (isTimestamp ? !TimestampName().IsMatch(name) : isText && name.EndsWith("_at", StringComparison.Ordinal))
            yield return $"{name}: a timestamp ends with _at";
        else if (property["type"] is JsonValue && !isTimestamp && Quantity().IsMatch(name) && (isText || !Unit().IsMatch(name)))
            yield return $"{name}: a quantity is a number, and its name ends with the unit";
    }

    [GeneratedRegex("(^|_)(at|since|not_before)$")]
    private static partial Regex TimestampName();

    [GeneratedRegex("(^|_)(cpu|memory|disk|storage|size|duration|timeout|age|delay|interval|period|soak|latency|uptime)(_|$)")]
    private static partial Regex Quantity();

    [GeneratedRegex("_(bytes|cores|percent|seconds)$")]
    private static partial Regex Unit();
}
