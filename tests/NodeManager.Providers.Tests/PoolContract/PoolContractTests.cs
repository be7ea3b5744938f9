using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace NodeManager.Providers.Tests.PoolContract;

/// <summary>The embedded pool service held against its specification: generated from it, one test for each documented status of each operation.</summary>
public sealed class PoolContractTests : IDisposable
{
    private readonly PoolServer _server = new();
    private readonly SchemaSamples _samples = new(new(1));

    public static IEnumerable<object[]> Statuses =>
        PoolSpecification.Operations.SelectMany(static one => one.Answers.Keys.Select(code => new object[] { one.Id, code }));

    public static IEnumerable<object[]> WrongQueries =>
        PoolSpecification.Operations.SelectMany(static one =>
            one.Query.SelectMany(parameter => Wrong(parameter.Value).Select(value => new object[] { one.Id, parameter.Key, value }))
        );

    public static IEnumerable<object[]> Secured =>
        PoolSpecification.Operations.Where(static one => !one.IsPublic).Select(static one => new object[] { one.Id });

    [Fact]
    public void The_specification_is_read_completely()
    {
        Assert.Equal(15, PoolSpecification.Operations.Count);
        Assert.Equal(49, Statuses.Count());
    }

    [Theory]
    [MemberData(nameof(Statuses))]
    public async Task Each_documented_status_has_a_body_of_its_schema(string id, int code)
    {
        PoolOperation operation = PoolSpecification.Operation(id);

        PoolAnswer answer = await ProvokeAsync(operation, code);

        Assert.Equal(code, answer.Code);
        Check(operation, answer);
    }

    [Theory]
    [MemberData(nameof(WrongQueries))]
    public async Task A_query_parameter_out_of_range_is_400(string id, string name, string value)
    {
        PoolOperation operation = PoolSpecification.Operation(id);

        PoolAnswer answer = await _server.AskAsync(operation.Method, $"{await PathAsync(operation)}?{name}={value}");

        Assert.Equal(400, answer.Code);
        Check(operation, answer);
    }

    [Theory]
    [MemberData(nameof(Secured))]
    public async Task A_request_without_a_user_is_400_and_without_a_token_401(string id)
    {
        PoolOperation operation = PoolSpecification.Operation(id);
        string path = await PathAsync(operation);

        Assert.Equal(400, (await _server.AskAsync(operation.Method, path, Body(operation), user: null)).Code);
        Assert.Equal(400, (await _server.AskAsync(operation.Method, path, Body(operation), user: "nobody")).Code);
        Assert.Equal(401, (await _server.AskAsync(operation.Method, path, Body(operation), withToken: false)).Code);
    }

    [Fact]
    public async Task A_list_has_50_entries_by_default()
    {
        for (int number = 0; number < 60; number++)
            await _server.AddPoolAsync($"pool-{number}");

        JsonNode first = (await _server.AskAsync("GET", "/api/v1/nodepools")).Json!,
            rest = (await _server.AskAsync("GET", "/api/v1/nodepools?limit=100&offset=50")).Json!;

        Assert.Equal(
            (50, 60, 50, 0),
            (first["nodepools"]!.AsArray().Count, (int)first["total"]!, (int)first["limit"]!, (int)first["offset"]!)
        );
        Assert.Equal((10, 100, 50), (rest["nodepools"]!.AsArray().Count, (int)rest["limit"]!, (int)rest["offset"]!));
    }

    [Fact]
    public async Task Spec_changes_increase_the_generation_and_status_reports_do_not()
    {
        string id = await _server.AddPoolAsync("web");
        JsonObject change = new()
        {
            ["name"] = "web",
            ["spec"] = new JsonObject
            {
                ["platform"] = new JsonObject { ["type"] = "gcp" },
                ["nodeCount"] = 0,
            },
        };

        JsonNode changed = (await _server.AskAsync("PUT", $"/api/v1/nodepools/{id}", change)).Json!;
        await _server.AskAsync("PUT", $"/api/v1/nodepools/{id}/status", Report("one", 2));
        await _server.AskAsync("PUT", $"/api/v1/nodepools/{id}/status", Report("two", 1));
        JsonNode read = (await _server.AskAsync("GET", $"/api/v1/nodepools/{id}")).Json!,
            status = (await _server.AskAsync("GET", $"/api/v1/nodepools/{id}/status")).Json!;

        Assert.Equal((2, 2), ((int)changed["generation"]!, (int)read["generation"]!));
        Assert.Superset(
            new HashSet<string> { "one", "two" },
            status["controller_status"]!.AsArray().Select(static one => (string)one!["controller_name"]!).ToHashSet()
        );
        Assert.Equal(400, (await _server.AskAsync("PUT", $"/api/v1/nodepools/{id}/status", Report("one", 3))).Code);
        Assert.Contains(id, (await _server.AskAsync("GET", "/api/v1/nodepools?status=Progressing")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_existing_name_is_409_as_in_the_guide()
    {
        await _server.AddPoolAsync("production-workers");

        PoolAnswer answer = await _server.AskAsync(
            "POST",
            "/api/v1/nodepools",
            new JsonObject
            {
                ["name"] = "production-workers",
                ["cluster_id"] = _server.ClusterId,
                ["spec"] = new JsonObject { ["platform"] = new JsonObject { ["type"] = "gcp" } },
            }
        );

        Assert.Equal((409, "CONFLICT"), (answer.Code, (string)answer.Json!["error"]!["code"]!));
        Assert.Equal("NodePool with name 'production-workers' already exists in cluster", (string)answer.Json["error"]!["message"]!);
    }

    public void Dispose() => _server.Dispose();

    /// <summary>An answer has a body of the schema of its status. What is not documented for the operation has the error model.</summary>
    internal static void Check(PoolOperation operation, PoolAnswer answer)
    {
        if (!operation.Answers.TryGetValue(answer.Code, out JsonObject? schema))
            schema = PoolSpecification.Definitions["ErrorResponse"]!.AsObject();
        if (schema is null)
            Assert.Equal("", answer.Text);
        else
            Assert.Empty(PoolSpecification.Schema.Validate(answer.Json, schema));
    }

    private async Task<PoolAnswer> ProvokeAsync(PoolOperation operation, int code)
    {
        switch (code)
        {
            case 400 when operation.Body is not null:
                return await _server.AskAsync(operation.Method, await PathAsync(operation), "{}"u8.ToArray());
            case 400:
                return await _server.AskAsync(operation.Method, $"{await PathAsync(operation)}?limit=0");
            case 401:
                return await _server.AskAsync(operation.Method, await PathAsync(operation), Body(operation), withToken: false);
            case 404:
                return await _server.AskAsync(operation.Method, Fill(operation, Guid.NewGuid().ToString()), Body(operation));
            case 409:
                byte[]? body = Body(operation);
                await _server.AskAsync(operation.Method, operation.Path, body);
                return await _server.AskAsync(operation.Method, operation.Path, body);
            case 503:
                _server.Api.Health = "unhealthy";
                return await _server.AskAsync(operation.Method, operation.Path);
            default:
                return await _server.AskAsync(operation.Method, await PathAsync(operation), Body(operation));
        }
    }

    private byte[]? Body(PoolOperation operation)
    {
        if (operation.Body is null)
            return null;
        JsonObject body = _samples.Valid(operation.Body, PoolSpecification.Definitions).AsObject();
        if (body.ContainsKey("cluster_id"))
            body["cluster_id"] = _server.ClusterId;
        if (body.ContainsKey("observed_generation"))
            body["observed_generation"] = 1;
        return Encoding.UTF8.GetBytes(body.ToJsonString());
    }

    private async Task<string> PathAsync(PoolOperation operation) =>
        Fill(
            operation,
            operation.Path.Contains("{nodepoolId}", StringComparison.Ordinal) ? await _server.AddPoolAsync("web")
                : operation.Path.Contains("{clusterId}", StringComparison.Ordinal) ? await _server.AddClusterAsync("east")
                : ""
        );

    private static string Fill(PoolOperation operation, string id) =>
        operation.Path.Replace("{nodepoolId}", id, StringComparison.Ordinal).Replace("{clusterId}", id, StringComparison.Ordinal);

    private static IEnumerable<string> Wrong(JsonObject parameter)
    {
        if (parameter["type"]!.GetValue<string>() == "integer")
        {
            yield return "x";
            yield return "1.5";
            yield return "";
            yield return "99999999999999999999";
        }

        if (parameter["minimum"]?.GetValue<long>() is { } minimum)
            yield return (minimum - 1).ToString(CultureInfo.InvariantCulture);
        if (parameter["maximum"]?.GetValue<long>() is { } maximum)
            yield return (maximum + 1).ToString(CultureInfo.InvariantCulture);
        if (parameter["enum"] is not null)
            yield return "other";
    }

    private static JsonObject Report(string controller, int generation) =>
        new()
        {
            ["controller_name"] = controller,
            ["observed_generation"] = generation,
            ["metadata"] = new JsonObject(),
            ["conditions"] = new JsonArray(
                new JsonObject
                {
                    ["type"] = "Ready",
                    ["status"] = "True",
                    ["lastTransitionTime"] = "2026-11-20T10:00:00Z",
                }
            ),
        };
}
