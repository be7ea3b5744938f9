using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Core.Progress;
using NodeManager.NodePools;
using NodeManager.NodePools.Documents;
using NodeManager.NodePools.Validation;
using NodeManager.Providers.PoolService;
using NodeManager.Testing;

namespace NodeManager.Providers.Tests.PoolContract;

/// <summary>Every JSON block of the service's guide: what it shows as requests the embedded service takes, what it shows as answers the client reads.</summary>
public sealed class PoolGuideTests
{
    private const string ClusterOfTheGuide = "550e8400-e29b-41d4-a716-446655440000";

    private static readonly IReadOnlyList<JsonObject> Blocks =
    [
        .. JsonNode
            .Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "PoolContract", "Data", "guide-blocks.json")))!
            .AsArray()
            .Select(static one => one!.AsObject()),
    ];

    public static IEnumerable<object[]> Fragments =>
        Blocks
            .Where(static one => one["kind"]!.GetValue<string>().Length == 0)
            .Select(static one => new object[] { one["title"]!.GetValue<string>() });

    public static IEnumerable<object[]> Creations =>
        [
            ["1. Create NodePool", "Request Body"],
            ["1. Create the NodePool", "curl POST"],
        ];

    public static IEnumerable<object[]> Changes =>
        [
            ["4. Update NodePool", "Request Body"],
            ["3. Scale the NodePool", "curl PUT"],
        ];

    [Fact]
    public void All_sixteen_code_blocks_of_the_guide_are_covered()
    {
        Assert.Equal(16, Blocks.Count);
        Assert.Equal(
            ["1. Create NodePool", "2. List NodePools"],
            Blocks.Where(static one => Parse(one) is null).Select(static one => one["title"]!.GetValue<string>())
        );
    }

    [Theory]
    [MemberData(nameof(Creations))]
    public async Task Creations_of_the_guide_are_accepted(string title, string kind)
    {
        using PoolServer server = new();
        JsonObject body = Block(title, kind);
        body["cluster_id"] = server.ClusterId;

        PoolAnswer answer = await server.AskAsync("POST", "/api/v1/nodepools", body);

        Assert.Equal(201, answer.Code);
        Assert.True(JsonNode.DeepEquals(body["spec"], answer.Json!["spec"]));
        Assert.DoesNotContain(
            PoolSpecRules.Check((string)body["name"]!, body["spec"]!.AsObject()),
            static one => one.Severity == NodePoolFinding.Error
        );
    }

    [Fact]
    public void Autoscaling_with_a_node_count_is_a_warning() =>
        Assert.Contains(
            PoolSpecRules.Check("web", Block("1. Create NodePool", "Request Body")["spec"]!.AsObject()),
            static one => one is { Severity: NodePoolFinding.Warning, Field: "spec.nodeCount" }
        );

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Changes_of_the_guide_increase_the_generation(string title, string kind)
    {
        using PoolServer server = new();
        string id = await server.AddPoolAsync("worker-pool-1");
        JsonObject body = Block(title, kind);

        PoolAnswer answer = await server.AskAsync("PUT", $"/api/v1/nodepools/{id}", body);

        Assert.Equal((200, 2, (string)body["name"]!), (answer.Code, (int)answer.Json!["generation"]!, (string)answer.Json["name"]!));
    }

    [Theory]
    [MemberData(nameof(Fragments))]
    public async Task Fragments_of_the_guide_are_accepted_in_a_creation(string title)
    {
        using PoolServer server = new();
        JsonObject body = Block("1. Create NodePool", "Request Body"),
            fragment = Block(title, "");
        body["cluster_id"] = server.ClusterId;
        body["spec"] = PoolMerge.Apply(body["spec"]!.AsObject(), fragment["spec"]!.AsObject());
        JsonObject alone = new()
        {
            ["name"] = "alone",
            ["cluster_id"] = server.ClusterId,
            ["spec"] = fragment["spec"]!.DeepClone(),
        };

        PoolAnswer answer = await server.AskAsync("POST", "/api/v1/nodepools", body),
            own = await server.AskAsync("POST", "/api/v1/nodepools", alone);

        Assert.Equal(201, answer.Code);
        // The one without a platform is no specification by itself.
        Assert.Equal(fragment["spec"]!["platform"] is null ? 400 : 201, own.Code);
        Assert.DoesNotContain(PoolSpecRules.Check("web", body["spec"]!.AsObject()), static one => one.Severity == NodePoolFinding.Error);
    }

    [Fact]
    public async Task Status_reports_are_accepted_and_read_as_in_the_guide()
    {
        using PoolServer server = new();
        // The platform of the embedded cluster would report under the same name.
        string id = await server.AddPoolAsync("web", await server.AddClusterAsync("elsewhere"));
        await server.AskAsync(
            "PUT",
            $"/api/v1/nodepools/{id}",
            new JsonObject { ["name"] = "web", ["spec"] = JsonNode.Parse("""{"platform":{"type":"gcp"},"nodeCount":0}""") }
        );

        PoolAnswer answer = await server.AskAsync(
            "PUT",
            $"/api/v1/nodepools/{id}/status",
            Block("Update NodePool Status (Controllers Only)", "Request Body")
        );

        Assert.Equal(200, answer.Code);
        Assert.Equal(
            "2h30m,1h45m,1h15m,45m,30m",
            (string)
                (await server.AskAsync("GET", $"/api/v1/nodepools/{id}/status")).Json!["controller_status"]!
                    .AsArray()
                    .First(static one => one!["metadata"]!["node_ages"] is not null)!["metadata"]!["node_ages"]!
        );
    }

    [Fact]
    public async Task Responses_of_the_guide_are_read()
    {
        using PoolServiceProvider pools = Client(200, Block("3. Get NodePool", "Response").ToJsonString()),
            statuses = Client(200, Block("Get NodePool Status", "Response").ToJsonString());

        PoolRecord pool = await pools.GetAsync("123e4567-e89b-12d3-a456-426614174000", default);
        NodePoolControllerStatus status = Assert.Single(await statuses.GetStatusAsync(pool.Id, default));

        NodePoolSpec spec = PoolSpecReader.Read(pool.Spec);
        Assert.Equal(
            ("worker-pool-1", ClusterOfTheGuide, 2L, "def456", "user@example.com"),
            (pool.Name, pool.ClusterId, pool.Generation, pool.ResourceVersion, pool.CreatedBy)
        );
        Assert.Equal(
            ("gcp", "n1-standard-4", 100, "pd-ssd", 5),
            (spec.Platform.Type, spec.Platform.MachineType, spec.Platform.DiskSizeGB, spec.Platform.DiskType, spec.NodeCount)
        );
        Assert.Equal(DateTimeOffset.Parse("2025-10-17T10:30:00Z", System.Globalization.CultureInfo.InvariantCulture), pool.UpdatedAt);
        Assert.Equal(
            ("gcp-nodepool-controller", 2L, 5, 5, "Ready=True"),
            (status.Name, status.ObservedGeneration, status.ActiveNodes, status.DesiredNodes, status.Conditions.ToString())
        );
        Assert.Equal((NodePoolPhase.Ready, NodePoolHealth.Healthy), (NodePoolPhase.Of(2, [status]), NodePoolHealth.Of([status])));
    }

    [Theory]
    [InlineData("400 Bad Request", 400, "PUT", ErrorIds.Invalid, ErrorKind.InvalidData, "nodepool name is required")]
    [InlineData("404 Not Found", 404, "GET", ErrorIds.NodePoolNotFound, ErrorKind.ObjectNotFound, "NodePool not found")]
    [InlineData("404 Not Found", 404, "PUT", ErrorIds.NodePoolNotFound, ErrorKind.ObjectNotFound, "NodePool not found")]
    [InlineData(
        "409 Conflict",
        409,
        "POST",
        ErrorIds.NodePoolExists,
        ErrorKind.ResourceExists,
        "NodePool with name 'production-workers' already exists in cluster"
    )]
    public async Task Errors_of_the_guide_map_to_their_ErrorIds(
        string kind,
        int code,
        string method,
        string errorId,
        ErrorKind error,
        string said
    )
    {
        using PoolServiceProvider client = Client(code, Block("Common Error Responses", kind).ToJsonString());

        var thrown = await Assert.ThrowsAnyAsync<NodeManagerException>(() =>
            method switch
            {
                "GET" => client.GetAsync("1", default),
                "POST" => client.CreateAsync(new("production-workers", ClusterOfTheGuide, []), NullObserver.Instance, default),
                _ => client.ReplaceAsync(
                    new()
                    {
                        Id = "1",
                        Name = "web",
                        Spec = [],
                    },
                    "web",
                    [],
                    default
                ),
            }
        );

        Assert.Equal((errorId, error), (thrown.ErrorId, thrown.Kind));
        Assert.Contains(said, thrown.Message, StringComparison.Ordinal);
        Assert.NotNull(thrown.RecommendedAction);
    }

    private static PoolServiceProvider Client(int code, string json) =>
        new(
            new()
            {
                Configuration = new()
                {
                    Uri = new("http://pools.sandbox.invalid"),
                    User = PoolServer.User,
                    Routes = PoolServiceRoutes.Flat,
                },
                Transport = new StubHandler(_ => StubHandler.Json(json, (HttpStatusCode)code)),
            }
        );

    private static JsonObject Block(string title, string kind) =>
        Parse(Blocks.Single(one => one["title"]!.GetValue<string>() == title && one["kind"]!.GetValue<string>() == kind))!;

    private static JsonObject? Parse(JsonObject block)
    {
        try
        {
            return JsonNode.Parse(block["json"]!.GetValue<string>())!.AsObject();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
