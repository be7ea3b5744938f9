using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using NodeManager.Core.Progress;
using NodeManager.NodePools;
using NodeManager.Providers.PoolService;
using NodeManager.Testing;

namespace NodeManager.Providers.Tests.PoolService;

/// <summary>What the client sends, repeats and makes of answers.</summary>
public sealed class PoolClientTests
{
    // The guide's three, then the rest of what a service may answer.
    [Theory]
    [InlineData(
        "POST",
        400,
        """{"error":{"code":"VALIDATION_ERROR","message":"Validation failed","details":"nodepool name is required"}}""",
        ErrorIds.Invalid,
        ErrorKind.InvalidData
    )]
    [InlineData(
        "GET",
        404,
        """{"error":{"code":"NOT_FOUND","message":"NodePool not found","details":""}}""",
        ErrorIds.NodePoolNotFound,
        ErrorKind.ObjectNotFound
    )]
    [InlineData(
        "POST",
        409,
        """{"error":{"code":"CONFLICT","message":"NodePool with name 'production-workers' already exists in cluster","details":""}}""",
        ErrorIds.NodePoolExists,
        ErrorKind.ResourceExists
    )]
    [InlineData(
        "PUT",
        409,
        """{"error":{"code":"CONFLICT","message":"changed","details":""}}""",
        ErrorIds.Conflict,
        ErrorKind.ResourceBusy
    )]
    [InlineData("GET", 401, """{"error":{"code":"UNAUTHORIZED","message":"no"}}""", ErrorIds.Unauthorized, ErrorKind.AuthenticationError)]
    [InlineData("GET", 403, "", ErrorIds.Forbidden, ErrorKind.PermissionDenied)]
    [InlineData("POST", 429, "", ErrorIds.TooManyRequests, ErrorKind.LimitsExceeded)]
    [InlineData("GET", 501, "", ErrorIds.ServerError, ErrorKind.ResourceUnavailable)]
    [InlineData("GET", 302, "", ErrorIds.UnexpectedAnswer, ErrorKind.ProtocolError)]
    [InlineData("GET", 200, "<html>Log in</html>", ErrorIds.UnexpectedAnswer, ErrorKind.ProtocolError)]
    [InlineData("GET", 200, "{}", ErrorIds.UnexpectedAnswer, ErrorKind.ProtocolError)]
    [InlineData("GET", 200, "null", ErrorIds.UnexpectedAnswer, ErrorKind.ProtocolError)]
    public async Task An_answer_is_an_error_with_a_stable_id(string method, int code, string body, string errorId, ErrorKind kind)
    {
        using PoolServiceProvider client = Client(_ => Answer(code, body));

        var error = await Assert.ThrowsAnyAsync<NodeManagerException>(() =>
            method switch
            {
                "POST" => client.CreateAsync(new("web", "c", []), NullObserver.Instance, default),
                "PUT" => client.ReplaceAsync(
                    new()
                    {
                        Id = "p",
                        Name = "web",
                        Spec = [],
                    },
                    "web",
                    [],
                    default
                ),
                _ => client.GetAsync("p", default),
            }
        );

        Assert.Equal((errorId, kind), (error.ErrorId, error.Kind));
        Assert.NotNull(error.RecommendedAction);
    }

    [Theory]
    [InlineData(10_000, 100)]
    [InlineData(0, 1)]
    [InlineData(101, 2)]
    [InlineData(100, 1)]
    public async Task Pools_are_listed_in_pages_of_a_hundred(int count, int requests)
    {
        int asked = 0;
        using PoolServiceProvider client = Client(request =>
        {
            asked++;
            return Answer(200, Page(request, [.. Enumerable.Range(0, count).Select(Id)]));
        });

        int read = 0;
        await foreach (PoolRecord _ in client.ListAsync(new(), default))
            read++;

        Assert.Equal((count, requests), (read, asked));
    }

    [Fact]
    public async Task Deletions_between_pages_skip_no_pool()
    {
        List<string> all = [.. Enumerable.Range(0, 250).Select(Id)];
        int asked = 0;
        using PoolServiceProvider client = Client(request =>
        {
            if (asked++ == 1)
                all.RemoveRange(0, 30);
            return Answer(200, Page(request, all));
        });

        List<string> read = [];
        await foreach (PoolRecord pool in client.ListAsync(new(), default))
            read.Add(pool.Id);

        Assert.Equal(read.Count, read.Distinct().Count());
        Assert.Superset(all.ToHashSet(), read.ToHashSet());
    }

    [Fact]
    public async Task A_page_is_requested_only_when_needed()
    {
        int asked = 0;
        using PoolServiceProvider client = Client(request =>
        {
            asked++;
            return Answer(200, Page(request, [.. Enumerable.Range(0, 1000).Select(Id)]));
        });

        await foreach (PoolRecord _ in client.ListAsync(new(), default))
            break;

        Assert.Equal(1, asked);
    }

    [Theory]
    [InlineData("500", 3)]
    [InlineData("drop", 3)]
    [InlineData("truncate", 3)]
    [InlineData("429", 3)]
    public async Task A_read_is_repeated(string fault, int requests)
    {
        int asked = 0;
        using PoolServiceProvider client = Client(_ =>
            ++asked < requests
                ? fault switch
                {
                    "drop" => throw new HttpRequestException(HttpRequestError.ResponseEnded, "gone"),
                    "truncate" => Answer(200, """{"id":"p","name":"we"""),
                    _ => Answer(int.Parse(fault, CultureInfo.InvariantCulture), ""),
                }
                : Answer(200, """{"id":"p","name":"web","cluster_id":"c","generation":1,"spec":{}}""")
        );

        Assert.Equal("web", (await client.GetAsync("p", default)).Name);
        Assert.Equal(requests, asked);
    }

    [Theory]
    [InlineData("500", 1, true)]
    [InlineData("drop", 1, true)]
    [InlineData("truncate", 1, true)]
    [InlineData("429", 5, false)]
    [InlineData("refuse", 5, false)]
    public async Task A_creation_is_repeated_only_if_it_was_not_processed(string fault, int requests, bool isLost)
    {
        int asked = 0;
        using PoolServiceProvider client = Client(_ =>
        {
            asked++;
            return fault switch
            {
                "drop" => throw new HttpRequestException(HttpRequestError.ResponseEnded, "gone"),
                "refuse" => throw new HttpRequestException(
                    HttpRequestError.ConnectionError,
                    "refused",
                    new System.Net.Sockets.SocketException(111)
                ),
                "truncate" => Answer(201, """{"id":"p","name":"we"""),
                _ => Answer(int.Parse(fault, CultureInfo.InvariantCulture), ""),
            };
        });

        Exception error = await Assert.ThrowsAnyAsync<Exception>(() =>
            client.CreateAsync(new("web", "c", []), NullObserver.Instance, default)
        );

        Assert.Equal((requests, isLost), (asked, error is PoolAnswerLostException));
    }

    [Theory]
    [InlineData("nested", "clusters/c-1/nodepools")]
    [InlineData("flat", "nodepools")]
    [InlineData("prism", "nodepools")]
    public async Task The_first_nested_list_decides_the_routes(string service, string path)
    {
        List<string> asked = [];
        using PoolServiceProvider client = Client(
            request =>
            {
                asked.Add($"{request.Method} {request.RequestUri!.AbsolutePath["/api/v1/".Length..]}");
                bool isNested = request.RequestUri.AbsolutePath.Contains("/clusters/", StringComparison.Ordinal);
                return isNested && service != "nested"
                        ? Answer(
                            404,
                            service == "prism"
                                ? """{"type":"https://stoplight.io/prism/errors#NO_PATH_MATCHED_ERROR","status":404}"""
                                : "404 page not found"
                        )
                    : request.Method == HttpMethod.Post ? Answer(201, """{"id":"p","name":"web","spec":{}}""")
                    : Answer(200, Page(request, []));
            },
            PoolServiceRoutes.Auto
        );

        await foreach (PoolRecord _ in client.ListAsync(new() { ClusterId = "c-1" }, default)) { }
        await client.CreateAsync(new("web", "c-1", []), NullObserver.Instance, default);

        Assert.Equal(["GET clusters/c-1/nodepools", $"GET {path}", $"POST {path}"], asked);
    }

    [Fact]
    public async Task An_unknown_cluster_does_not_decide_the_routes()
    {
        List<string> asked = [];
        using PoolServiceProvider client = Client(
            request =>
            {
                asked.Add(request.RequestUri!.AbsolutePath["/api/v1/".Length..]);
                return asked[^1].Contains("none", StringComparison.Ordinal)
                    ? Answer(404, """{"error":{"code":"NOT_FOUND","message":"Cluster not found"}}""")
                    : Answer(200, Page(request, [Id(1)]));
            },
            PoolServiceRoutes.Auto
        );

        await Assert.ThrowsAnyAsync<NodeManagerException>(async () =>
            await client.ListAsync(new() { ClusterId = "none" }, default).GetAsyncEnumerator().MoveNextAsync()
        );
        await foreach (PoolRecord _ in client.ListAsync(new() { ClusterId = "c-1" }, default)) { }

        Assert.Equal("clusters/c-1/nodepools", asked[^1]);
    }

    [Fact]
    public async Task On_flat_routes_pools_are_filtered_by_cluster_per_page()
    {
        int asked = 0;
        using PoolServiceProvider client = Client(request =>
        {
            asked++;
            return Answer(
                200,
                Page(request, [.. Enumerable.Range(0, 250).Select(Id)])
                    .Replace(
                        $"{Id(7)}\",\"name\":\"web\",\"cluster_id\":\"c-1",
                        $"{Id(7)}\",\"name\":\"web\",\"cluster_id\":\"C-2",
                        StringComparison.Ordinal
                    )
            );
        });
        List<string> read = [];

        await foreach (PoolRecord pool in client.ListAsync(new() { ClusterId = "c-2" }, default))
            read.Add(pool.Id);

        Assert.Equal((Id(7), 3), (Assert.Single(read), asked));
        await foreach (PoolRecord _ in client.ListAsync(new() { ClusterId = "c-1" }, default))
            break;
        // The first page was enough.
        Assert.Equal(4, asked);
    }

    [Fact]
    public async Task Filters_are_evaluated_by_the_service()
    {
        string query = "";
        using PoolServiceProvider client = Client(request =>
        {
            query = request.RequestUri!.Query;
            return Answer(200, Page(request, []));
        });

        await foreach (PoolRecord _ in client.ListAsync(new() { Phase = "Ready", Health = "Degraded & slow" }, default)) { }

        Assert.Equal("?limit=100&offset=0&status=Ready&health=Degraded%20%26%20slow", query);
    }

    [Fact]
    public async Task A_refused_token_is_read_again_once()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Path("token");
        await File.WriteAllTextAsync(path, "old\n");
        List<string> shown = [];
        using PoolServiceProvider client = new(
            new()
            {
                Configuration = new()
                {
                    Uri = new("https://pools.invalid"),
                    User = "me@example.com",
                    TokenPath = path,
                },
                Transport = new StubHandler(request =>
                {
                    shown.Add(request.Headers.Authorization!.Parameter!);
                    if (shown.Count == 1)
                        File.WriteAllText(path, "new\n");
                    return shown[^1] == "new" ? Answer(200, """{"id":"p","name":"web","spec":{}}""") : Answer(401, "");
                }),
            }
        );

        await client.GetAsync("p", default);
        await client.GetAsync("p", default);

        Assert.Equal(["old", "new", "new"], shown);
    }

    [Theory]
    [InlineData("http://pools.example.com", "me@example.com", "t")]
    [InlineData("https://user:secret@pools.example.com", "me@example.com", null)]
    [InlineData("ftp://pools.example.com", "me@example.com", null)]
    [InlineData("https://pools.example.com", "me", null)]
    [InlineData("https://pools.example.com", "me@example.com\r\nX: y", null)]
    public void An_invalid_configuration_is_refused(string uri, string user, string? token) =>
        Assert.Equal(
            ErrorIds.PoolServiceInvalid,
            Assert
                .Throws<NodeManagerException>(() =>
                    new PoolServiceProvider(
                        new()
                        {
                            Configuration = new() { Uri = new(uri), User = user },
                            Token = token,
                        }
                    )
                )
                .ErrorId
        );

    [Theory]
    [InlineData("https://pools.example.com", "https://pools.example.com/api/v1/")]
    [InlineData("https://pools.example.com/", "https://pools.example.com/api/v1/")]
    [InlineData("https://pools.example.com/x", "https://pools.example.com/x/")]
    public void The_base_URL_gets_the_default_path_if_it_has_none(string uri, string address)
    {
        using PoolServiceProvider client = new(new() { Configuration = new(uri) { User = "me@example.com" } });

        Assert.Equal(new Uri(address), client.Address);
    }

    private static string Id(int number) => new Guid(number, 0, 0, new byte[8]).ToString();

    private static string Page(HttpRequestMessage request, List<string> ids)
    {
        var query = System.Web.HttpUtility.ParseQueryString(request.RequestUri!.Query);
        int limit = int.Parse(query["limit"]!, CultureInfo.InvariantCulture),
            offset = int.Parse(query["offset"] ?? "0", CultureInfo.InvariantCulture);
        return new JsonObject
        {
            ["nodepools"] = new JsonArray([
                .. ids.Skip(offset)
                    .Take(limit)
                    .Select(static id => new JsonObject
                    {
                        ["id"] = id,
                        ["name"] = "web",
                        ["cluster_id"] = "c-1",
                        ["spec"] = new JsonObject(),
                    }),
            ]),
            ["total"] = ids.Count,
            ["limit"] = limit,
            ["offset"] = offset,
        }.ToJsonString();
    }

    private static HttpResponseMessage Answer(int code, string body) =>
        new((HttpStatusCode)code) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    private static PoolServiceProvider Client(
        Func<HttpRequestMessage, HttpResponseMessage> answer,
        string routes = PoolServiceRoutes.Flat
    ) =>
        new(
            new()
            {
                Configuration = new()
                {
                    Uri = new("https://pools.invalid/api/v1"),
                    User = "me@example.com",
                    Routes = routes,
                },
                Token = "t",
                Transport = new StubHandler(answer),
            }
        );
}
