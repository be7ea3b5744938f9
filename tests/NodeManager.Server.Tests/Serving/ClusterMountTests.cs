using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Requests;
using NodeManager.Sandbox;
using NodeManager.Server.Access;
using NodeManager.Server.Api;
using NodeManager.Server.Nodes;
using NodeManager.Testing;

namespace NodeManager.Server.Tests.Serving;

/// <summary>One server for the clusters of several contexts.</summary>
public sealed class ClusterMountTests(SeveralClusters clusters) : IClassFixture<SeveralClusters>
{
    private const string Second = SeveralClusters.Second,
        Nodes = NodeRoutes.Prefix + "/nodes";

    private readonly HttpClient _client = clusters.Client;

    [Fact]
    public async Task Each_path_reads_its_own_cluster()
    {
        Assert.Equal(3, (await _client.GetFromJsonAsync<JsonArray>(Nodes))!.Count);
        Assert.Equal(3, (await _client.GetFromJsonAsync<JsonArray>("/clusters/first" + Nodes))!.Count);
        Assert.Equal(5, (await _client.GetFromJsonAsync<JsonArray>(Second + Nodes))!.Count);
        Assert.Equal(5, (int)(await _client.GetFromJsonAsync<JsonObject>(Second + Nodes + "/stats"))!["total_nodes"]!);
        Assert.Equal("local-admin", (string?)(await _client.GetFromJsonAsync<JsonObject>(Second + "/api/v1/me"))!["name"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData(Second)]
    public async Task The_clusters_are_listed_under_every_path(string path)
    {
        JsonArray clusters = (await _client.GetFromJsonAsync<JsonArray>(path + "/api/v1/clusters"))!;

        Assert.Equal(
            [
                ("first", "/clusters/first", "Connected"),
                ("team/second", Second, "Connected"),
                ("read-only", "/clusters/read-only", "Connected"),
                ("away", "/clusters/away", "Unreachable"),
            ],
            clusters.Select(static one => ((string)one!["name"]!, (string)one["path"]!, (string)one["state"]!))
        );
        Assert.Equal(ErrorIds.ServerUnreachable, (string?)clusters[3]!["problem"]!["error"]);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("/clusters/first", "/clusters/first")]
    [InlineData(Second, Second)]
    public async Task The_OpenAPI_document_of_a_cluster_names_its_prefix(string path, string? prefix)
    {
        JsonObject document = (await _client.GetFromJsonAsync<JsonObject>(path + ApiDocument.Path))!;

        Assert.Equal(prefix, (string?)document["servers"]?.AsArray().SingleOrDefault()?["url"]);
        Assert.True(document["paths"]!.AsObject().ContainsKey("/api/v1/clusters"));
    }

    [Fact]
    public async Task A_change_and_its_events_stay_in_their_cluster()
    {
        string name = (await _client.GetFromJsonAsync<JsonArray>(Second + Nodes))!.Select(static one => (string)one!["name"]!).First();
        using HttpResponseMessage second = await OpenAsync(Second + "/api/v1/events");

        (HttpStatusCode code, _) = await SendAsync(HttpMethod.Post, $"{Second}{Nodes}/{name}/cordon");

        Assert.Equal(HttpStatusCode.OK, code);
        await UntilAsync(second, $"\"name\":\"{name}\"");
        Assert.True((bool)(await _client.GetFromJsonAsync<JsonObject>($"{Second}{Nodes}/{name}"))!["status"]!["unschedulable"]!);
        Assert.DoesNotContain((await _client.GetFromJsonAsync<JsonArray>(Nodes))!, static one => (bool)one!["status"]!["unschedulable"]!);
    }

    [Fact]
    public async Task An_operation_is_followed_where_it_runs()
    {
        string name = await WorkerAsync(Second);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Second}{Nodes}/{name}/drain")
        {
            Content = JsonContent.Create(new { delete_emptydir_data = true, delete_unmanaged_pods = true }),
        };
        request.Headers.Add("Prefer", "respond-async");
        using HttpResponseMessage accepted = await _client.SendAsync(request);

        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        string location = accepted.Headers.Location!.ToString();
        Assert.StartsWith(Second + "/api/v1/operations/", location, StringComparison.Ordinal);
        Assert.Contains("event: end", await _client.GetStringAsync(location + "/events"), StringComparison.Ordinal);
        Assert.Empty((await _client.GetFromJsonAsync<JsonArray>("/api/v1/operations"))!);
        Assert.Single((await _client.GetFromJsonAsync<JsonArray>(Second + "/api/v1/operations"))!);
    }

    [Fact]
    public async Task Each_cluster_decides_about_the_rights_of_its_user()
    {
        string name = await WorkerAsync(Second);

        (HttpStatusCode code, string body) = await SendAsync(HttpMethod.Post, $"/clusters/read-only{Nodes}/{name}/cordon");

        Assert.Equal(HttpStatusCode.Forbidden, code);
        Assert.Contains($"'watcher' cannot patch nodes '{name}'", (string)JsonNode.Parse(body)!["message"]!, StringComparison.Ordinal);
        Assert.Equal(5, (await _client.GetFromJsonAsync<JsonArray>("/clusters/read-only" + Nodes))!.Count);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Post, $"{Second}{Nodes}/{name}/uncordon")).Code);
    }

    [Theory]
    [InlineData("/clusters/away", HttpStatusCode.BadGateway, ErrorIds.ServerUnreachable)]
    [InlineData("/clusters/none", HttpStatusCode.NotFound, "RouteNotFound")]
    public async Task A_cluster_that_is_not_served_is_an_error_that_strangers_do_not_see(string path, HttpStatusCode status, string error)
    {
        (HttpStatusCode code, string body) = await SendAsync(HttpMethod.Get, path + Nodes);

        Assert.Equal((status, error), (code, (string?)JsonNode.Parse(body)!["error"]));
        foreach (string? token in (string?[])[null, "wrong"])
            Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(HttpMethod.Get, path + Nodes, token ?? "")).Code);
    }

    [Fact]
    public async Task The_console_of_a_cluster_that_is_away_shows_why()
    {
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Get, "/clusters/away/api/v1/me")).Code);
        Assert.Equal(4, (await _client.GetFromJsonAsync<JsonArray>("/clusters/away/api/v1/clusters"))!.Count);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(HttpMethod.Get, "/clusters/away/api/v1/me", "")).Code);
        // A page tells strangers nothing about which clusters there are.
        string[] pages =
        [
            (await SendAsync(HttpMethod.Get, "/clusters/away/", "")).Body,
            (await SendAsync(HttpMethod.Get, "/clusters/none/", "")).Body,
            (await SendAsync(HttpMethod.Get, Second + "/", "")).Body,
        ];
        Assert.Contains("<html", Assert.Single(pages.Distinct()), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Credentials_count_the_same_for_every_cluster()
    {
        string name = await WorkerAsync(Second);
        foreach (string path in (string[])["", "/clusters/first", Second])
        {
            string one = path == Second ? name : await WorkerAsync(path);
            Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Get, path + Nodes, clusters.ViewerToken)).Code);
            Assert.Equal(
                HttpStatusCode.Forbidden,
                (await SendAsync(HttpMethod.Post, $"{path}{Nodes}/{one}/cordon", clusters.ViewerToken)).Code
            );
            Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(HttpMethod.Get, path + Nodes, "wrong")).Code);
            Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(HttpMethod.Get, path + "/metrics", "")).Code);
        }

        // A browser signs in once, at the server.
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Post, Second + "/sign-in")).Code);
    }

    [Fact]
    public async Task Pools_are_found_under_the_name_of_their_cluster()
    {
        JsonArray clusters = (await _client.GetFromJsonAsync<JsonArray>("/api/v1/clusters"))!;
        foreach (string id in (string[])["team%2Fsecond", (string)clusters[1]!["cluster"]!])
        {
            (_, string body) = await SendAsync(HttpMethod.Get, $"/api/v1/clusters/{id}/nodepools?provider=Cluster");
            // It has no autoscaler: the answer names the cluster that was asked.
            Assert.Contains($"'{clusters[1]!["cluster"]}'", body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_missing_context_prevents_the_start()
    {
        NodeManagerException problem = Assert.Throws<NodeManagerException>(() =>
            ServerHost.Build(
                CommandLines.Parse([.. "serve --port 0 --context first --context elsewhere --kubeconfig".Split(' '), clusters.Kubeconfig]),
                new(TextWriter.Null, color: false)
            )
        );

        Assert.Equal(ErrorIds.ContextNotFound, problem.ErrorId);
    }

    [Fact]
    public async Task All_contexts_are_served_with_the_current_one_first()
    {
        using IHost host = ServerHost.Build(
            CommandLines.Parse("serve", "--port", "0", "--kubeconfig", clusters.Kubeconfig, "--all-contexts"),
            new(TextWriter.Null, color: false)
        );

        Assert.Equal(
            ["team/second", "read-only", "away"],
            host.Services.GetRequiredService<ClusterMounts>().Further.Select(static one => one.Name)
        );
        await ((IAsyncDisposable)host).DisposeAsync();
    }

    private async Task<string> WorkerAsync(string path) =>
        (await _client.GetFromJsonAsync<JsonArray>(path + Nodes))!.Select(static one => (string)one!["name"]!).Last();

    private Task<HttpResponseMessage> OpenAsync(string path) =>
        _client.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);

    private static async Task UntilAsync(HttpResponseMessage stream, string text)
    {
        using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync());
        while (await reader.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(2)) is { } line)
            if (line.Contains(text, StringComparison.Ordinal))
                return;
        Assert.Fail("The stream ended.");
    }

    // Without a token: as the admin; with an empty one: without credentials.
    private async Task<(HttpStatusCode Code, string Body)> SendAsync(HttpMethod method, string path, string? token = null)
    {
        using var client = new HttpClient { BaseAddress = _client.BaseAddress };
        if (token is null)
            client.DefaultRequestHeaders.Authorization = _client.DefaultRequestHeaders.Authorization;
        else if (token.Length > 0)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var request = new HttpRequestMessage(method, path);
        using HttpResponseMessage response = await client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}

/// <summary>A server for four contexts: of one cluster, of another one with all rights and with those of a reader, and of one that is away.</summary>
public sealed class SeveralClusters : IAsyncLifetime
{
    /// <summary>Of another team, as OpenShift writes contexts.</summary>
    public const string Second = "/clusters/team%2Fsecond";

    private readonly TemporaryFolder _folder = new();
    private SandboxCluster _first = null!,
        _second = null!;
    private SandboxServer _firstServed = null!,
        _secondServed = null!;
    private IHost _host = null!;

    public HttpClient Client { get; private set; } = null!;

    public string ViewerToken { get; private set; } = "";

    public string Kubeconfig { get; private set; } = "";

    public IServiceProvider Services => _host.Services;

    public async Task InitializeAsync()
    {
        _first = SandboxCluster.Start(new() { Nodes = 3 });
        _second = SandboxCluster.Start(new() { Nodes = 5, Rbac = true });
        (_firstServed, _secondServed) = (_first.Serve(new()), _second.Serve(new()));
        await AllowReadingAsync("watcher");
        Kubeconfig = _folder.Write("config", Config());
        _host = ServerHost.Build(
            CommandLines.Parse([
                .. "serve --port 0 --context first --context team/second --context read-only --context away --kubeconfig".Split(' '),
                Kubeconfig,
            ]),
            new(TextWriter.Null, color: false)
        );
        await _host.StartAsync();
        await Task.WhenAll(Services.GetRequiredService<ClusterMounts>().Further.Select(static one => one.Tried))
            .WaitAsync(TimeSpan.FromMinutes(5));
        LocalTokens tokens = Services.GetRequiredService<LocalTokens>();
        ViewerToken = tokens.Issue(AccessLevel.Viewer);
        Client = new() { BaseAddress = new(((WebApplication)_host).Urls.First()), Timeout = TimeSpan.FromMinutes(5) };
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", tokens.Issue(AccessLevel.Admin));
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
        foreach (IDisposable one in (IDisposable[])[_firstServed, _secondServed, _first, _second, _folder])
            one.Dispose();
    }

    private async Task AllowReadingAsync(string user)
    {
        using NodeManagerSession session = await SessionFactory.ConnectAsync(
            "second",
            _second.Server,
            _second.CreateTransport(),
            null,
            NullLogger.Instance,
            _second.Time,
            CancellationToken.None
        );
        foreach (
            (string path, string body) in new[]
            {
                (
                    "clusterroles",
                    $$"""{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"{{user}}"},"rules":[{"apiGroups":["*"],"resources":["*"],"verbs":["get","list","watch"]}]}"""
                ),
                (
                    "clusterrolebindings",
                    $$"""
                    {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding","metadata":{"name":"{{user}}"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"{{user}}"},
                    "subjects":[{"kind":"User","name":"{{user}}","apiGroup":"rbac.authorization.k8s.io"}]}
                    """
                ),
            }
        )
        {
            using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
            await session
                .Connection()
                .Client.SendAsync(
                    HttpMethod.Post,
                    "/apis/rbac.authorization.k8s.io/v1/" + path,
                    content,
                    (System.Text.Json.Serialization.Metadata.JsonTypeInfo<JsonObject>)
                        System.Text.Json.JsonSerializerOptions.Default.GetTypeInfo(typeof(JsonObject)),
                    RequestOptions.Default,
                    CancellationToken.None
                );
        }
    }

    // A kubeconfig is also read as JSON.
    private string Config()
    {
        (string Server, string Authority, string Token) first = Read(_firstServed.KubeconfigPath),
            second = Read(_secondServed.KubeconfigPath);
        static JsonObject Cluster(string name, string server, string authority) =>
            new()
            {
                ["name"] = name,
                ["cluster"] = new JsonObject { ["server"] = server, ["certificate-authority-data"] = authority },
            };
        static JsonObject User(string name, string token, string? impersonate = null)
        {
            var user = new JsonObject { ["token"] = token };
            if (impersonate is not null)
                user["as"] = impersonate;
            return new() { ["name"] = name, ["user"] = user };
        }

        static JsonObject Context(string name, string cluster, string user) =>
            new()
            {
                ["name"] = name,
                ["context"] = new JsonObject { ["cluster"] = cluster, ["user"] = user },
            };
        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Config",
            ["current-context"] = "first",
            ["clusters"] = new JsonArray
            {
                Cluster("one", first.Server, first.Authority),
                Cluster("two", second.Server, second.Authority),
                Cluster("none", "https://127.0.0.1:1", second.Authority),
            },
            ["users"] = new JsonArray
            {
                User("admin-one", first.Token),
                User("admin-two", second.Token),
                User("watcher", second.Token, "watcher"),
            },
            ["contexts"] = new JsonArray
            {
                Context("first", "one", "admin-one"),
                Context("team/second", "two", "admin-two"),
                Context("read-only", "two", "watcher"),
                Context("away", "none", "admin-two"),
            },
        }.ToJsonString();
    }

    private static (string Server, string Authority, string Token) Read(string path)
    {
        string text = File.ReadAllText(path);
        string Value(string key) => System.Text.RegularExpressions.Regex.Match(text, $@"\b{key}: (\S+)").Groups[1].Value;
        return (Value("server"), Value("certificate-authority-data"), Value("token"));
    }
}
