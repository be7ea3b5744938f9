using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using NodeManager.Server.Access;
using NodeManager.Server.Nodes;

namespace NodeManager.Server.Tests;

/// <summary>Who may call which route.</summary>
public sealed class AccessTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private static readonly string[] Open =
    [
        "/",
        "/page.js",
        "/page.css",
        "/admin/{**page}",
        "/assets/{**file}",
        "/healthz",
        "/readyz",
        "/sign-in",
    ];

    public static TheoryData<string, string, string?> Callers()
    {
        var calls = new TheoryData<string, string, string?>();
        (string, string)[] routes =
        [
            ("GET", "/nodes"),
            ("GET", "/nodes/stats"),
            ("GET", "/nodes/x"),
            ("PUT", "/nodes/x/labels"),
            ("DELETE", "/nodes/x/labels/a"),
            ("POST", "/nodes/x/taints"),
            ("DELETE", "/nodes/x/taints/a"),
            ("POST", "/nodes/x/cordon"),
            ("POST", "/nodes/x/uncordon"),
            ("POST", "/nodes/x/drain"),
            ("GET", "/nodes/x/details"),
            ("GET", "/nodes/x/pods"),
            ("GET", "/nodes/x/events"),
            ("GET", "/nodes/x/drain-plan"),
        ];
        IEnumerable<(string, string)> all = routes
            .Select(r => (r.Item1, NodeRoutes.Prefix + r.Item2))
            .Concat([
                ("GET", "/api/v1/plugins"),
                ("POST", "/api/v1/plugins/X/enable"),
                ("POST", "/api/v1/plugins/X/disable"),
                ("PUT", "/api/v1/plugins/X/config"),
                ("POST", "/api/v1/scheduler/restart"),
                ("POST", "/api/v1/config/backup"),
                ("GET", "/api/v1/config/revisions"),
                ("GET", "/api/v1/config/revisions/1"),
                ("POST", "/api/v1/config/revisions/1/restore"),
                ("GET", "/api/v1/health"),
                ("GET", "/api/v1/nodepools"),
                ("POST", "/api/v1/nodepools"),
                ("GET", "/api/v1/nodepools/x"),
                ("PUT", "/api/v1/nodepools/x"),
                ("DELETE", "/api/v1/nodepools/x"),
                ("GET", "/api/v1/nodepools/x/status"),
                ("PUT", "/api/v1/nodepools/x/status"),
                ("GET", "/api/v1/clusters/x/nodepools"),
                ("POST", "/api/v1/clusters/x/nodepools"),
                ("GET", "/api/v1/operations"),
                ("GET", "/api/v1/operations/x"),
                ("DELETE", "/api/v1/operations/x"),
                ("GET", "/api/v1/operations/x/events"),
                ("GET", "/api/v1/me"),
                ("GET", "/api/v1/events"),
                ("GET", "/api/v1/openapi.json"),
                ("GET", "/metrics"),
                ("POST", "/sign-out"),
                ("GET", "/nowhere"),
                ("POST", "/mcp"),
                ("GET", "/mcp"),
                ("DELETE", "/mcp"),
                ("GET", "/api/v1/agents/plans"),
                ("GET", "/api/v1/agents/plans/x"),
                ("POST", "/api/v1/agents/plans/x/approve"),
                ("POST", "/api/v1/agents/plans/x/deny"),
            ]);
        foreach ((string method, string path) in all)
        foreach (string? token in new[] { null, "wrong", "" })
            calls.Add(method, path, token);
        return calls;
    }

    [Theory]
    [MemberData(nameof(Callers))]
    public async Task Every_route_requires_a_valid_token(string method, string path, string? token)
    {
        HttpResponseMessage response = await SendAsync(method, path, token is null ? null : "Bearer " + token);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("Bearer", response.Headers.WwwAuthenticate.ToString());
        JsonNode error = (await response.Content.ReadFromJsonAsync<JsonObject>())!["error"]!;
        Assert.Equal("Unauthorized", (string?)(error is JsonObject refusal ? refusal["error_id"] : error));
    }

    [Fact]
    public void Every_route_requires_a_role_and_every_change_the_admin()
    {
        foreach (RouteEndpoint route in server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            string pattern = route.RoutePattern.RawText!;
            string? policy = route.Metadata.GetMetadata<IAuthorizeData>()?.Policy;
            string method = route.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods[0];
            if (Open.Contains(pattern))
                Assert.Null(policy);
            else if (pattern is "/sign-out" or "/mcp" || (method, pattern) == ("POST", "/api/v1/autoscaler/plan"))
                Assert.Equal(AccessLevel.Viewer, policy);
            else
                Assert.Equal(method == "GET" ? AccessLevel.Viewer : AccessLevel.Admin, policy);
        }
    }

    [Fact]
    public async Task Every_route_accepts_its_role_and_refuses_changes_by_a_viewer()
    {
        List<string> wrong = [];
        foreach (RouteEndpoint route in server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            string pattern = route.RoutePattern.RawText!,
                method = route.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods[0];
            // Signing out ends the caller's own session, and a backup or a restart by an admin is tested where it is looked at.
            if (Open.Contains(pattern) || pattern is "/sign-out")
                continue;
            bool isChange = route.Metadata.GetMetadata<IAuthorizeData>()!.Policy == AccessLevel.Admin;
            string path = System.Text.RegularExpressions.Regex.Replace(pattern, @"\{[^}]*\}", "999");
            HttpStatusCode viewer = await CodeAsync(method, path, EmbeddedServer.ViewerToken);
            if (isChange != viewer is HttpStatusCode.Forbidden)
                wrong.Add($"{method} {path}: a viewer gets {viewer}");
            if (!isChange && viewer == HttpStatusCode.Unauthorized)
                wrong.Add($"{method} {path}: a viewer is not known");
            // What names nothing that exists changes nothing; what names nothing at all is not sent.
            if (isChange && !pattern.Contains('{', StringComparison.Ordinal))
                continue;
            HttpStatusCode admin = await CodeAsync(method, path, EmbeddedServer.Token);
            if (admin is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
                wrong.Add($"{method} {path}: an admin gets {admin}");
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task A_viewer_reads_and_cannot_change()
    {
        string viewer = "Bearer " + EmbeddedServer.ViewerToken;

        HttpResponseMessage read = await SendAsync("GET", NodeRoutes.Prefix + "/nodes", viewer);
        HttpResponseMessage changed = await SendAsync("POST", NodeRoutes.Prefix + "/nodes/x/cordon", viewer);

        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, changed.StatusCode);
        Assert.Contains("'admin'", (string?)(await changed.Content.ReadFromJsonAsync<JsonObject>())!["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sign_in_link_opens_one_session_once()
    {
        string secret = server.Services.GetRequiredService<SignIns>().CreateLink(AccessLevel.Viewer);

        HttpResponseMessage first = await SendAsync("POST", "/sign-in", null, $$"""{"secret":"{{secret}}"}""");
        HttpResponseMessage second = await SendAsync("POST", "/sign-in", null, $$"""{"secret":"{{secret}}"}""");

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal("no-store", first.Headers.CacheControl!.ToString());
        string session = (string)(await first.Content.ReadFromJsonAsync<JsonObject>())!["session"]!;
        Assert.NotEqual(secret, session);
        Assert.Equal(HttpStatusCode.Unauthorized, second.StatusCode);
        Assert.Equal(
            "viewer",
            (string?)(await (await SendAsync("GET", "/api/v1/me", "Bearer " + session)).Content.ReadFromJsonAsync<JsonObject>())!["level"]
        );
        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync("POST", "/sign-out", "Bearer " + session)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync("GET", "/api/v1/me", "Bearer " + session)).StatusCode);
    }

    [Fact]
    public async Task No_credential_of_a_browser_goes_to_another_port()
    {
        // Cookies know no ports, so there is none: two consoles of one host share nothing.
        var other = new EmbeddedServer();
        await other.InitializeAsync();
        try
        {
            var cookies = new CookieContainer();
            using var handler = new HttpClientHandler { CookieContainer = cookies };
            using var browser = new HttpClient(handler);
            string[] sessions = [.. await Task.WhenAll(SignInAsync(server), SignInAsync(other))];

            Assert.Equal(0, cookies.Count);
            Assert.Equal(HttpStatusCode.Unauthorized, await CodeOfAsync(server, null));
            Assert.Equal(HttpStatusCode.Unauthorized, await CodeOfAsync(other, null));
            Assert.Equal(HttpStatusCode.OK, await CodeOfAsync(server, sessions[0]));
            Assert.Equal(HttpStatusCode.OK, await CodeOfAsync(other, sessions[1]));
            Assert.Equal(HttpStatusCode.Unauthorized, await CodeOfAsync(other, sessions[0]));
            // Nor does one that is made up count.
            Assert.Equal(
                HttpStatusCode.Unauthorized,
                (await SendAsync("GET", "/api/v1/me", null, cookie: "nodemanager-session=" + sessions[0])).StatusCode
            );

            async Task<string> SignInAsync(EmbeddedServer at)
            {
                string secret = at.Services.GetRequiredService<SignIns>().CreateLink(AccessLevel.Admin);
                using HttpResponseMessage answer = await browser.PostAsJsonAsync(
                    new Uri(at.Client.BaseAddress!, "/sign-in"),
                    new { secret }
                );
                return (string)(await answer.Content.ReadFromJsonAsync<JsonObject>())!["session"]!;
            }

            async Task<HttpStatusCode> CodeOfAsync(EmbeddedServer at, string? session)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(at.Client.BaseAddress!, "/api/v1/me"));
                if (session is not null)
                    request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", session);
                using HttpResponseMessage answer = await browser.SendAsync(request);
                return answer.StatusCode;
            }
        }
        finally
        {
            await other.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_valid_sign_in_link_works_after_any_number_of_wrong_ones()
    {
        var own = new EmbeddedServer();
        await own.InitializeAsync();
        try
        {
            string secret = own.Services.GetRequiredService<SignIns>().CreateLink(AccessLevel.Viewer);
            List<HttpStatusCode> wrong = [];
            for (int i = 0; i < 2 * SignIns.RefusalsPerMinute; i++)
                wrong.Add(await SignInAsync("wrong"));

            Assert.Equal(HttpStatusCode.Unauthorized, wrong[0]);
            Assert.Equal(HttpStatusCode.TooManyRequests, wrong[^1]);
            Assert.Equal(HttpStatusCode.OK, await SignInAsync(secret));

            async Task<HttpStatusCode> SignInAsync(string with)
            {
                using HttpResponseMessage answer = await own.Client.PostAsJsonAsync("/sign-in", new { secret = with });
                return answer.StatusCode;
            }
        }
        finally
        {
            await own.DisposeAsync();
        }
    }

    [Fact]
    public void A_valid_sign_in_link_works_although_there_are_many_sessions()
    {
        using var signIns = new SignIns(new TestClock());
        string first = signIns.Exchange(signIns.CreateLink(AccessLevel.Viewer))!;
        for (int i = 0; i < 1000; i++)
            Assert.NotNull(signIns.Exchange(signIns.CreateLink(AccessLevel.Viewer)));

        Assert.Null(signIns.Find(first));
    }

    [Fact]
    public void The_sign_in_limit_of_an_address_is_its_own()
    {
        using var signIns = new SignIns(new TestClock());
        for (int i = 0; i < SignIns.RefusalsPerMinute; i++)
            Assert.True(signIns.TakeRefusal("10.0.0.1"));

        Assert.False(signIns.TakeRefusal("10.0.0.1"));
        Assert.True(signIns.TakeRefusal("10.0.0.2"));
    }

    [Fact]
    public void Sign_in_links_and_sessions_expire()
    {
        var time = new TestClock();
        using var signIns = new SignIns(time);
        string late = signIns.CreateLink(AccessLevel.Admin);
        string session = signIns.Exchange(signIns.CreateLink(AccessLevel.Admin))!;
        Grant grant = signIns.Find(session)!;

        time.Now += SignIns.LinkLifetime;
        Assert.Null(signIns.Exchange(late));
        Assert.NotNull(signIns.Find(session));
        time.Now += SignIns.SessionLifetime;

        Assert.Null(signIns.Find(session));
        Assert.True(grant.Ended.IsCancellationRequested);
    }

    [Fact]
    public async Task Every_route_refuses_a_foreign_origin_whatever_its_credentials()
    {
        List<string> wrong = [];
        using var client = new HttpClient { BaseAddress = server.Client.BaseAddress };
        foreach (RouteEndpoint route in server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            string method = route.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods[0];
            string path = System.Text.RegularExpressions.Regex.Replace(route.RoutePattern.RawText!, @"\{[^}]*\}", "999");
            foreach (string? token in new[] { null, EmbeddedServer.ViewerToken, EmbeddedServer.Token })
            {
                using var request = new HttpRequestMessage(new(method), path) { Headers = { { "Origin", "https://evil.example" } } };
                if (token is not null)
                    request.Headers.Authorization = new("Bearer", token);
                using HttpResponseMessage answer = await client.SendAsync(request);
                if (answer.StatusCode != HttpStatusCode.Forbidden)
                    wrong.Add($"{method} {path}: {answer.StatusCode}");
            }
        }

        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData("evil.example", null, null, HttpStatusCode.MisdirectedRequest)]
    [InlineData("127.0.0.1.evil.example", null, null, HttpStatusCode.MisdirectedRequest)]
    [InlineData(null, "https://evil.example", null, HttpStatusCode.Forbidden)]
    [InlineData(null, "null", null, HttpStatusCode.Forbidden)]
    [InlineData(null, null, "cross-site", HttpStatusCode.Forbidden)]
    [InlineData(null, null, "same-site", HttpStatusCode.Forbidden)]
    [InlineData(null, null, "same-origin", HttpStatusCode.NotFound)]
    [InlineData(null, null, null, HttpStatusCode.NotFound)]
    public async Task Cross_site_requests_are_refused(string? host, string? origin, string? site, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, NodeRoutes.Prefix + "/nodes/x/cordon");
        if (host is not null)
            request.Headers.Host = host;
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        if (site is not null)
            request.Headers.Add("Sec-Fetch-Site", site);

        Assert.Equal(expected, (await server.Client.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task Revoking_a_token_ends_its_event_streams()
    {
        LocalTokens tokens = server.Services.GetRequiredService<LocalTokens>();
        string token = tokens.Issue(AccessLevel.Admin);
        using var client = new HttpClient { BaseAddress = server.Client.BaseAddress };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var release = new TaskCompletionSource();
        Operations.OperationRegistry operations = server.Services.GetRequiredService<Operations.OperationRegistry>();
        string id = operations
            .Start(
                "test",
                static result => result,
                () =>
                    Core.Operations.RunningOperation.Start(
                        "Test",
                        "nothing",
                        TimeProvider.System,
                        async context =>
                        {
                            context.Warning("begun");
                            await release.Task;
                        }
                    )
            )
            .Operation.Id;
        using HttpResponseMessage response = await client.GetAsync(
            $"/api/v1/operations/{id}/events",
            HttpCompletionOption.ResponseHeadersRead
        );
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        Assert.Equal("event: warning", await reader.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1)));

        tokens.Revoke(token);

        await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync(new Uri("/api/v1/me", UriKind.Relative))).StatusCode);
        release.SetResult();
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/page.js")]
    [InlineData("/page.css")]
    public async Task Pages_have_a_strict_content_security_policy_without_inline_code(string path)
    {
        HttpResponseMessage response = await SendAsync("GET", path, null);
        string text = await response.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        string policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("style=", text, StringComparison.Ordinal);
        Assert.DoesNotContain("onclick=", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_oversized_body_is_refused()
    {
        HttpResponseMessage response = await SendAsync(
            "PUT",
            NodeRoutes.Prefix + "/nodes/x/labels",
            "Bearer " + EmbeddedServer.Token,
            $$"""{"key":"{{new string('a', 70_000)}}"}"""
        );

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    // Headers alone: streams do not end.
    private async Task<HttpStatusCode> CodeAsync(string method, string path, string token)
    {
        using var client = new HttpClient { BaseAddress = server.Client.BaseAddress };
        using var request = new HttpRequestMessage(new(method), path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return response.StatusCode;
    }

    private async Task<HttpResponseMessage> SendAsync(
        string method,
        string path,
        string? authorization,
        string? body = null,
        string? cookie = null
    )
    {
        using var handler = new HttpClientHandler { UseCookies = false };
        using var client = new HttpClient(handler) { BaseAddress = server.Client.BaseAddress };
        using var request = new HttpRequestMessage(new(method), path);
        if (authorization is not null)
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        if (cookie is not null)
            request.Headers.Add("Cookie", cookie);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        HttpResponseMessage response = await client.SendAsync(request);
        await response.Content.LoadIntoBufferAsync();
        return response;
    }

    private sealed class TestClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
