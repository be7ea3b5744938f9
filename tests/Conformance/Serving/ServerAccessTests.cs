using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Requests;
using NodeManager.Server.Access;
using NodeManager.Server.Delegation;
using NodeManager.Server.EventStream;
using NodeManager.Server.Nodes;
using Xunit.Abstractions;

namespace NodeManager.Conformance.Serving;

/// <summary>Who may call which route of the server, with API servers that decide about rights.</summary>
public sealed partial class ServerAccessTests(ITestOutputHelper output)
{
    private const string Rbac = "/apis/rbac.authorization.k8s.io/v1/";
    private const string AllVerbs = """["*"]""",
        ReadVerbs = """["get","list","watch"]""";

    [SkippableTheory, AllBackends]
    public async Task In_the_cluster_every_route_asks_the_API_server_about_its_caller(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, rbac: true);
        await using WebApplication app = ServedApi.Build(await cluster.ConnectAsync(), isDelegated: true);
        string node = await cluster.AddNodeAsync();
        await app.StartAsync();
        string reader = await AccountAsync(cluster, "reader", ReadVerbs),
            admin = await AccountAsync(cluster, "admin", AllVerbs);
        await Eventually.HoldsAsync(
            "the API server knows the roles",
            async () =>
                await CodeAsync(app, "GET", NodeRoutes.Prefix + "/nodes", reader) == HttpStatusCode.OK
                && await CodeAsync(app, "DELETE", $"{NodeRoutes.Prefix}/nodes/{node}/labels/none", admin)
                    is not (HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized)
        );

        List<string> wrong = [];
        foreach ((string method, string path, bool isChange, _) in Routes(app))
        {
            foreach (string? stranger in new[] { null, "wrong" })
                if (await CodeAsync(app, method, path, stranger) is var code and not HttpStatusCode.Unauthorized)
                    wrong.Add($"{method} {path}: '{stranger}' gets {code}");
            HttpStatusCode asReader = await CodeAsync(app, method, path, reader);
            if (asReader is HttpStatusCode.Forbidden != isChange)
                wrong.Add($"{method} {path}: a reader gets {asReader}");
            if (isChange && !path.Contains("999", StringComparison.Ordinal))
                continue;
            HttpStatusCode asAdmin = await CodeAsync(app, method, path, admin);
            if (asAdmin is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized)
                wrong.Add($"{method} {path}: an admin gets {asAdmin}");
        }

        Assert.Empty(wrong);
        Assert.Equal(HttpStatusCode.Forbidden, await CodeAsync(app, "POST", $"{NodeRoutes.Prefix}/nodes/{node}/cordon", reader));
        Assert.NotEqual(true, (await cluster.GetAsync(Resources.Nodes, node)).Spec.Unschedulable);
        Assert.Equal(HttpStatusCode.OK, await CodeAsync(app, "POST", $"{NodeRoutes.Prefix}/nodes/{node}/cordon", admin));
        Assert.Equal(true, (await cluster.GetAsync(Resources.Nodes, node)).Spec.Unschedulable);
    }

    [SkippableTheory, AllBackends]
    public async Task With_a_kubeconfig_the_rights_of_its_user_are_checked_before_a_change(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, rbac: true);
        string node = await cluster.AddNodeAsync(),
            user = "watcher-" + cluster.Id;
        await BindAsync(cluster, user, ReadVerbs, $$"""{"kind":"User","name":"{{user}}","apiGroup":"rbac.authorization.k8s.io"}""");
        await using WebApplication app = ServedApi.Build(await cluster.ConnectAsAsync(user), isDelegated: false);
        await app.StartAsync();
        LocalTokens tokens = app.Services.GetRequiredService<LocalTokens>();
        string viewer = tokens.Issue(AccessLevel.Viewer),
            admin = tokens.Issue(AccessLevel.Admin);
        await Eventually.HoldsAsync(
            "the API server knows the role",
            async () => await CodeAsync(app, "GET", NodeRoutes.Prefix + "/nodes", viewer) == HttpStatusCode.OK
        );

        List<string> wrong = [];
        foreach ((string method, string path, bool isChange, bool isAdmins) in Routes(app))
        {
            foreach (string? stranger in new[] { null, "wrong" })
                if (await CodeAsync(app, method, path, stranger) is var code and not HttpStatusCode.Unauthorized)
                    wrong.Add($"{method} {path}: '{stranger}' gets {code}");
            HttpStatusCode asViewer = await CodeAsync(app, method, path, viewer);
            if (asViewer is HttpStatusCode.Forbidden != isAdmins)
                wrong.Add($"{method} {path}: a viewer gets {asViewer}");
            // An admin of the server, whose own user may not change anything. Operations are the server's own; those of the scheduler name no namespace.
            if (!isChange || path.StartsWith("/api/v1/operations", StringComparison.Ordinal) || Scheduler().IsMatch(path))
                continue;
            HttpStatusCode asAdmin = await CodeAsync(app, method, path, admin);
            if (asAdmin is not HttpStatusCode.Forbidden)
                wrong.Add($"{method} {path}: an admin without rights gets {asAdmin}");
        }

        Assert.Empty(wrong);
        (HttpStatusCode refused, string body) = await SendAsync(app, "POST", $"{NodeRoutes.Prefix}/nodes/{node}/cordon", admin);
        Assert.Equal(HttpStatusCode.Forbidden, refused);
        Assert.Contains($"cannot patch nodes '{node}'", (string)JsonNode.Parse(body)!["message"]!, StringComparison.Ordinal);
        Assert.NotEqual(true, (await cluster.GetAsync(Resources.Nodes, node)).Spec.Unschedulable);

        // Asked before the change, and not read from its refusal.
        Assert.Contains(cluster.RequestsOf(user), static one => one.Request.Resource == "selfsubjectaccessreviews");
        Assert.DoesNotContain(cluster.RequestsOf(user), static one => one.Request.Verb == "patch");
    }

    [SkippableTheory, AllBackends]
    public async Task A_deleted_account_loses_its_open_stream(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, rbac: true);
        await using WebApplication app = ServedApi.Build(await cluster.ConnectAsync(), isDelegated: true);
        await app.StartAsync();
        string reader = await AccountAsync(cluster, "reader", ReadVerbs);
        await Eventually.HoldsAsync(
            "the API server knows the role",
            async () => await CodeAsync(app, "GET", NodeRoutes.Prefix + "/nodes", reader) == HttpStatusCode.OK
        );
        using HttpClient client = ServedApi.Client(app, reader);
        using HttpResponseMessage response = await client.GetAsync(
            new Uri(EventRoutes.Path, UriKind.Relative),
            HttpCompletionOption.ResponseHeadersRead
        );
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using Stream stream = await response.Content.ReadAsStreamAsync();

        long deleted = Stopwatch.GetTimestamp();
        await cluster.SendAsync("DELETE", $"/api/v1/namespaces/{cluster.Namespace}/serviceaccounts/reader");
        await stream.CopyToAsync(Stream.Null).WaitAsync(TimeSpan.FromMinutes(3));

        output.WriteLine($"{backend}: the stream ended {Stopwatch.GetElapsedTime(deleted).TotalSeconds:0.0} s after its account.");
        // The API server keeps what it knows of a token for 10 seconds.
        Assert.True(AccessReviewer.Lifetime + TimeSpan.FromSeconds(10) < TimeSpan.FromSeconds(20));
        await Eventually.HoldsAsync(
            "the token opens nothing",
            async () => await CodeAsync(app, "GET", "/api/v1/me", reader) == HttpStatusCode.Unauthorized
        );
    }

    // With names that nothing has: no request of these changes anything. Whether its rules want more than reading, and whether local callers need the admin's token.
    private static IEnumerable<(string Method, string Path, bool IsChange, bool IsAdmins)> Routes(WebApplication app)
    {
        foreach (RouteEndpoint route in app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            string pattern = route.RoutePattern.RawText!,
                method = route.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods[0];
            if (route.Metadata.GetMetadata<IAllowAnonymous>() is not null || pattern == "/sign-out")
                continue;
            IReadOnlyList<AccessNeed> rules =
                route.Metadata.GetMetadata<RouteNeeds>()?.All
                ?? throw new InvalidOperationException($"{method} {pattern} does not say what it needs.");
            yield return (
                method,
                Names().Replace(pattern, "999"),
                rules.Any(static rule => rule.Verb is not ("get" or "list" or "watch")),
                route.Metadata.GetMetadata<IAuthorizeData>()?.Policy == AccessLevel.Admin
            );
        }
    }

    private static async Task<string> AccountAsync(TestCluster cluster, string name, string verbs)
    {
        await cluster.EnsureAsync(
            $"/api/v1/namespaces/{cluster.Namespace}/serviceaccounts",
            new() { ["metadata"] = new JsonObject { ["name"] = name } }
        );
        await BindAsync(
            cluster,
            $"{name}-{cluster.Id}",
            verbs,
            $$"""{"kind":"ServiceAccount","name":"{{name}}","namespace":"{{cluster.Namespace}}"}"""
        );
        WireAnswer made = await cluster.SendAsync(
            "POST",
            $"/api/v1/namespaces/{cluster.Namespace}/serviceaccounts/{name}/token",
            """{"spec":{"expirationSeconds":3600}}"""
        );
        Assert.True(made.Code == HttpStatusCode.Created, made.Text);
        return (string)JsonNode.Parse(made.Text)!["status"]!["token"]!;
    }

    private static async Task BindAsync(TestCluster cluster, string name, string verbs, string subject)
    {
        await cluster.EnsureAsync(
            Rbac + "clusterroles",
            JsonNode
                .Parse(
                    $$"""
                    {"metadata":{"name":"{{name}}"},"rules":[{"apiGroups":["*"],"resources":["*"],"verbs":{{verbs}}},{"nonResourceURLs":["*"],"verbs":{{verbs}}}]}
                    """
                )!
                .AsObject()
        );
        await cluster.EnsureAsync(
            Rbac + "clusterrolebindings",
            JsonNode
                .Parse(
                    $$"""
                    {"metadata":{"name":"{{name}}"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"{{name}}"},"subjects":[{{subject}}]}
                    """
                )!
                .AsObject()
        );
    }

    private static async Task<HttpStatusCode> CodeAsync(WebApplication app, string method, string path, string? token) =>
        (await SendAsync(app, method, path, token)).Code;

    private static async Task<(HttpStatusCode Code, string Body)> SendAsync(WebApplication app, string method, string path, string? token)
    {
        using HttpClient client = ServedApi.Client(app, token);
        using var request = new HttpRequestMessage(new(method), path);
        using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return (
            response.StatusCode,
            response.Content.Headers.ContentType?.MediaType == "text/event-stream" ? "" : await response.Content.ReadAsStringAsync()
        );
    }

    [GeneratedRegex(@"\{[^}]*\}+")]
    private static partial Regex Names();

    [GeneratedRegex("^/api/v1/(plugins|scheduler|config)")]
    private static partial Regex Scheduler();
}
