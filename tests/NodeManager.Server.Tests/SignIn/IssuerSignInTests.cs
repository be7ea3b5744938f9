using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.Tokens;
using NodeManager.Testing;

namespace NodeManager.Server.Tests.SignIn;

/// <summary>Browsers sign in at the issuer that the API server trusts.</summary>
public sealed class IssuerSignInTests : IClassFixture<SignInLab>, IAsyncLifetime
{
    private const string Nodes = "/api/plugins/streamspace-node-manager/nodes";

    private readonly SignInLab _lab;
    private readonly SignInBrowser _browser = new(SignInLab.Origin);

    public IssuerSignInTests(SignInLab lab) => _lab = lab;

    public Task InitializeAsync()
    {
        FakeIssuer issuer = _lab.Issuer;
        (issuer.Claims, issuer.Signing, issuer.Groups, issuer.Lifetime) = (static _ => { }, null, ["operators"], TimeSpan.FromMinutes(5));
        (issuer.RefusesRefresh, issuer.IsDown) = (false, false);
        return Task.CompletedTask;
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_sign_in_returns_to_the_page_and_acts_as_the_user_with_the_rights_in_the_cluster()
    {
        const string Page = "/admin/nodes/worker-1?tab=pods";
        using HttpResponseMessage ended = await _lab.SignInAsync(_browser, _lab.First, page: Page);

        Assert.Equal((HttpStatusCode.Found, Page), (ended.StatusCode, ended.Headers.Location!.OriginalString));
        string name = Assert.Single(_browser.Cookies.Keys);
        Assert.Equal("__Host-nodemanager-session", name);
        Assert.Equal("path=/; secure; samesite=lax; httponly", _browser.Attributes[name]);
        Assert.Equal(("oidc:ann", "admin"), await CallerAsync(_lab.First));
        Assert.Equal(HttpStatusCode.Forbidden, await _browser.CodeAsync(HttpMethod.Get, _lab.First, "/api/v1/pods?search=a"));
    }

    [Fact]
    public async Task The_issuer_is_asked_with_a_challenge_and_the_scopes_that_it_lists()
    {
        using HttpResponseMessage started = await _browser.OpenAsync(_lab.First, "/sign-in/start");
        Uri address = started.Headers.Location!;
        Dictionary<string, string> query = FakeIssuer.QueryOf(address);

        Assert.Equal(_lab.Issuer.Address + "/authorize", address.GetLeftPart(UriPartial.Path));
        Assert.Equal(
            ("code", "console", SignInLab.Origin + "/sign-in/callback", "openid email groups", "S256"),
            (query["response_type"], query["client_id"], query["redirect_uri"], query["scope"], query["code_challenge_method"])
        );
        Assert.Equal(3, new[] { query["state"], query["nonce"], query["code_challenge"] }.Distinct().Count(static one => one.Length >= 43));
    }

    public static TheoryData<string> WrongTokens =>
        [
            "audience",
            "additional audience",
            "issued to another",
            "no audience",
            "expired",
            "no expiration",
            "not yet",
            "nonce",
            "no nonce",
            "issuer",
            "no subject",
            "key",
            "client secret",
        ];

    [Theory]
    [MemberData(nameof(WrongTokens))]
    public async Task A_wrong_ID_token_begins_no_session(string wrong)
    {
        long past = DateTimeOffset.UtcNow.AddMinutes(-1).ToUnixTimeSeconds(),
            future = DateTimeOffset.UtcNow.AddMinutes(2).ToUnixTimeSeconds();
        using RSA other = RSA.Create(2048);
        if (wrong == "key")
            _lab.Issuer.Signing = new(new RsaSecurityKey(other) { KeyId = "one" }, SecurityAlgorithms.RsaSha256);
        if (wrong == "client secret")
            _lab.Issuer.Signing = new(
                new SymmetricSecurityKey(Encoding.UTF8.GetBytes(FakeIssuer.Secret.PadRight(64))) { KeyId = "one" },
                SecurityAlgorithms.HmacSha256
            );
        _lab.Issuer.Claims = claims =>
            _ = wrong switch
            {
                "audience" => claims["aud"] = "other",
                "additional audience" => claims["aud"] = new[] { "console", "other" },
                "issued to another" => claims["azp"] = "other",
                // Listed, but not issued to this client.
                "no audience" => claims["aud"] = "kubernetes",
                "expired" => claims["exp"] = past,
                "no expiration" => claims.Remove("exp"),
                "not yet" => claims["nbf"] = future,
                "nonce" => claims["nonce"] = "other",
                "no nonce" => claims.Remove("nonce"),
                "issuer" => claims["iss"] = "https://other",
                "no subject" => claims.Remove("sub"),
                _ => null,
            };
        using HttpResponseMessage ended = await _lab.SignInAsync(_browser, _lab.First);

        Assert.Equal("/admin?sign-in=Invalid", ended.Headers.Location!.OriginalString);
        Assert.Empty(_browser.Cookies);
        _lab.Issuer.Signing = null;
    }

    [Fact]
    public async Task A_listed_audience_is_accepted()
    {
        _lab.Issuer.Claims = static claims => (claims["aud"], claims["azp"]) = ("kubernetes", "console");
        using HttpResponseMessage ended = await _lab.SignInAsync(_browser, _lab.First);

        Assert.Equal(("oidc:ann", "admin"), await CallerAsync(_lab.First));
    }

    [Fact]
    public async Task An_answer_needs_the_state_of_this_browser_and_counts_once()
    {
        using HttpResponseMessage started = await _browser.OpenAsync(_lab.First, "/sign-in/start");
        string answer = _lab.Issuer.Approve(started.Headers.Location!);
        SignInBrowser copy = _browser.Copy(),
            changed = _browser.Copy(),
            stranger = new(SignInLab.Origin);

        Assert.Equal("Expired", await FailureAsync(stranger, _lab.First, answer));
        Assert.Equal("Expired", await FailureAsync(changed, _lab.First, answer + "x"));
        Assert.Equal("Expired", await FailureAsync(_browser.Copy(), _lab.Stranger, answer));
        Assert.Equal("Invalid", await FailureAsync(_browser.Copy(), _lab.First, answer + "&iss=https%3A%2F%2Fother"));
        Assert.Equal("Refused", await FailureAsync(_browser.Copy(), _lab.First, answer.Replace("code=", "error=access_denied&x=")));
        Assert.Equal("", await FailureAsync(_browser, _lab.First, answer));
        // The code was used: also with the cookie of that sign-in.
        Assert.Equal("Expired", await FailureAsync(_browser, _lab.First, answer));
        Assert.Equal("Refused", await FailureAsync(copy, _lab.First, answer));
    }

    [Fact]
    public async Task Each_replica_answers_each_request()
    {
        using HttpResponseMessage ended = await _lab.SignInAsync(_browser, begin: _lab.First, end: _lab.Second);

        Assert.Equal(("oidc:ann", "admin"), await CallerAsync(_lab.First));
        Assert.Equal(HttpStatusCode.NoContent, await _browser.CodeAsync(HttpMethod.Post, _lab.First, "/sign-in/refresh"));
        Assert.Equal(("oidc:ann", "admin"), await CallerAsync(_lab.Second));
        Assert.Equal(HttpStatusCode.Unauthorized, await _browser.CodeAsync(HttpMethod.Get, _lab.Stranger, "/api/v1/me"));
    }

    [Fact]
    public async Task A_cookie_counts_for_the_own_page_only()
    {
        using HttpResponseMessage ended = await _lab.SignInAsync(_browser, _lab.First);
        string change = $"{Nodes}/worker-1a-01/uncordon";
        async Task<HttpStatusCode> CodeAsync(HttpMethod method, string path, bool isPage, string? from)
        {
            using HttpResponseMessage answer = await _browser.SendAsync(method, _lab.First, path, isPage, from);
            return answer.StatusCode;
        }

        Assert.Equal(HttpStatusCode.Unauthorized, await CodeAsync(HttpMethod.Get, Nodes, isPage: false, null));
        Assert.Equal(HttpStatusCode.Forbidden, await CodeAsync(HttpMethod.Get, Nodes, isPage: true, "https://evil.example.com"));
        Assert.Equal(HttpStatusCode.Unauthorized, await CodeAsync(HttpMethod.Post, change, isPage: false, SignInLab.Origin));
        Assert.Equal(HttpStatusCode.Unauthorized, await CodeAsync(HttpMethod.Post, change, isPage: true, null));
        Assert.Equal(HttpStatusCode.Unauthorized, await CodeAsync(HttpMethod.Post, change, isPage: true, _lab.First));
        Assert.Equal(HttpStatusCode.Forbidden, await CodeAsync(HttpMethod.Post, change, isPage: true, "https://evil.example.com"));
        Assert.Equal(HttpStatusCode.Unauthorized, await CodeAsync(HttpMethod.Post, "/sign-out", isPage: false, SignInLab.Origin));
        Assert.Equal(HttpStatusCode.OK, await CodeAsync(HttpMethod.Get, Nodes, isPage: true, null));
        Assert.Equal(HttpStatusCode.OK, await CodeAsync(HttpMethod.Post, change, isPage: true, SignInLab.Origin));
    }

    [Fact]
    public async Task A_refresh_brings_the_current_groups_and_a_new_refresh_token()
    {
        using HttpResponseMessage ended = await _lab.SignInAsync(_browser, _lab.First);
        SignInBrowser before = _browser.Copy();
        _lab.Issuer.Groups = [];

        Assert.Equal(HttpStatusCode.NoContent, await _browser.CodeAsync(HttpMethod.Post, _lab.First, "/sign-in/refresh"));
        Assert.Equal(HttpStatusCode.Forbidden, await _browser.CodeAsync(HttpMethod.Get, _lab.First, Nodes));
        Assert.Equal(("oidc:ann", "viewer"), await CallerAsync(_lab.First));
        Assert.Equal(HttpStatusCode.NoContent, await _browser.CodeAsync(HttpMethod.Post, _lab.First, "/sign-in/refresh"));
        // The replaced token is used up.
        Assert.Equal(HttpStatusCode.Unauthorized, await before.CodeAsync(HttpMethod.Post, _lab.Second, "/sign-in/refresh"));
    }

    [Fact]
    public async Task A_refused_refresh_ends_the_session_and_an_unavailable_issuer_does_not()
    {
        using HttpResponseMessage ended = await _lab.SignInAsync(_browser, _lab.First);
        SignInBrowser copy = _browser.Copy();
        _lab.Issuer.IsDown = true;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await _browser.CodeAsync(HttpMethod.Post, _lab.First, "/sign-in/refresh"));
        Assert.Equal(("oidc:ann", "admin"), await CallerAsync(_lab.First));

        (_lab.Issuer.IsDown, _lab.Issuer.RefusesRefresh) = (false, true);
        Assert.Equal(HttpStatusCode.Unauthorized, await _browser.CodeAsync(HttpMethod.Post, _lab.First, "/sign-in/refresh"));
        Assert.Empty(_browser.Cookies);
        Assert.Equal(HttpStatusCode.Unauthorized, await copy.CodeAsync(HttpMethod.Get, _lab.First, "/api/v1/me"));
    }

    [Fact]
    public async Task A_refresh_for_another_user_ends_the_session()
    {
        using HttpResponseMessage ended = await _lab.SignInAsync(_browser, _lab.First);
        _lab.Issuer.Claims = static claims => claims["sub"] = "bob";

        Assert.Equal(HttpStatusCode.Unauthorized, await _browser.CodeAsync(HttpMethod.Post, _lab.First, "/sign-in/refresh"));
        Assert.Empty(_browser.Cookies);
    }

    [Fact]
    public async Task Streams_end_with_the_ID_token()
    {
        _lab.Issuer.Lifetime = TimeSpan.FromSeconds(4);
        using HttpResponseMessage ended = await _lab.SignInAsync(_browser, _lab.First);
        using HttpResponseMessage stream = await _browser.FetchAsync(HttpMethod.Get, _lab.First, "/api/v1/events");
        Assert.Equal(HttpStatusCode.OK, stream.StatusCode);

        await stream.Content.ReadAsStringAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(HttpStatusCode.Unauthorized, await _browser.CodeAsync(HttpMethod.Get, _lab.First, "/api/v1/me"));
        Assert.Equal(HttpStatusCode.NoContent, await _browser.CodeAsync(HttpMethod.Post, _lab.First, "/sign-in/refresh"));
        Assert.Equal(("oidc:ann", "admin"), await CallerAsync(_lab.First));
    }

    [Fact]
    public async Task A_sign_out_ends_the_session_its_streams_and_the_refresh_token()
    {
        using HttpResponseMessage ended = await _lab.SignInAsync(_browser, _lab.First);
        SignInBrowser copy = _browser.Copy();
        using HttpResponseMessage stream = await _browser.FetchAsync(HttpMethod.Get, _lab.First, "/api/v1/events");
        int revoked = _lab.Issuer.Revoked.Count;

        using HttpResponseMessage signedOut = await _browser.FetchAsync(HttpMethod.Post, _lab.First, "/sign-out");

        Assert.Empty(_browser.Cookies);
        Uri location = new((string)JsonNode.Parse(await signedOut.Content.ReadAsStringAsync())!["location"]!);
        Assert.Equal(_lab.Issuer.Address + "/end", location.GetLeftPart(UriPartial.Path));
        Assert.Equal(
            new Dictionary<string, string> { ["client_id"] = "console", ["post_logout_redirect_uri"] = SignInLab.Origin + "/" },
            FakeIssuer.QueryOf(location)
        );
        Assert.Equal(revoked + 1, _lab.Issuer.Revoked.Count);
        await stream.Content.ReadAsStringAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(HttpStatusCode.Unauthorized, await copy.CodeAsync(HttpMethod.Get, _lab.First, "/api/v1/me"));
        Assert.Equal(HttpStatusCode.Unauthorized, await copy.CodeAsync(HttpMethod.Post, _lab.Second, "/sign-in/refresh"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/ops/console")]
    public async Task Behind_a_prefix_addresses_and_cookies_have_it(string kept)
    {
        // Some ingresses strip the prefix, others keep it.
        string replica = _lab.Prefixed + kept;
        using HttpResponseMessage started = await _browser.OpenAsync(replica, "/sign-in/start?return=/admin/nodes");
        Assert.Equal(SignInLab.Origin + "/ops/console/sign-in/callback", FakeIssuer.QueryOf(started.Headers.Location!)["redirect_uri"]);

        using HttpResponseMessage ended = await _browser.OpenAsync(
            replica,
            "/sign-in/callback" + _lab.Issuer.Approve(started.Headers.Location!)
        );

        Assert.Equal("/ops/console/admin/nodes", ended.Headers.Location!.OriginalString);
        string name = Assert.Single(_browser.Cookies.Keys);
        Assert.Equal("__Secure-nodemanager-session", name);
        Assert.Equal("path=/ops/console; secure; samesite=lax; httponly", _browser.Attributes[name]);
        Assert.Equal(("oidc:ann", "admin"), await CallerAsync(replica));
    }

    [SkippableFact]
    public async Task The_sign_in_works_in_a_browser_below_a_prefix()
    {
        ConsoleFlowTests.SkipUnlessBuilt();
        Skip.IfNot(File.Exists(ConsoleFlowTests.Browser), $"There is no browser at {ConsoleFlowTests.Browser}.");
        // Shorter than the flow: the page renews the session.
        _lab.Issuer.Lifetime = TimeSpan.FromSeconds(6);
        await ConsoleFlowTests.RunAsync(
            "flows",
            ("NODEMANAGER_URL", await _lab.ServeConsoleAsync("/ops/console")),
            ("NODEMANAGER_ISSUER", new Uri(_lab.Issuer.Address).Authority),
            ("NODEMANAGER_CHROMIUM", ConsoleFlowTests.Browser),
            ("NODEMANAGER_FLOWS", "sign(s)? in at the issuer")
        );
    }

    [Fact]
    public async Task Groups_that_do_not_fit_into_a_cookie_take_several_and_too_many_are_refused()
    {
        _lab.Issuer.Groups = ["operators", .. Enumerable.Range(0, 100).Select(static i => $"a-group-of-the-directory-{i}")];
        using HttpResponseMessage ended = await _lab.SignInAsync(_browser, _lab.First);
        Assert.InRange(_browser.Cookies.Count, 2, 3);
        Assert.Equal(("oidc:ann", "admin"), await CallerAsync(_lab.First));
        _lab.Issuer.Groups = ["operators"];
        Assert.Equal(HttpStatusCode.NoContent, await _browser.CodeAsync(HttpMethod.Post, _lab.First, "/sign-in/refresh"));
        Assert.Single(_browser.Cookies);

        _lab.Issuer.Groups = [.. Enumerable.Range(0, 1000).Select(static i => $"a-group-of-the-directory-{i}")];
        using HttpResponseMessage refused = await _lab.SignInAsync(new(SignInLab.Origin), _lab.First);
        Assert.Equal("/admin?sign-in=TooLarge", refused.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task Logs_have_no_secrets()
    {
        using HttpResponseMessage ended = await _lab.SignInAsync(_browser, _lab.First);
        await _browser.CodeAsync(HttpMethod.Post, _lab.First, "/sign-in/refresh");
        _lab.Issuer.Claims = static claims => claims["aud"] = "other";
        using HttpResponseMessage refused = await _lab.SignInAsync(new(SignInLab.Origin), _lab.First);
        _lab.Issuer.RefusesRefresh = true;
        await _browser.CodeAsync(HttpMethod.Post, _lab.First, "/sign-in/refresh");

        string[] lines = [.. _lab.Log.Entries.Select(static one => one.Message)];
        Assert.Contains(
            lines,
            static line => line.Contains("\"sign in\"", StringComparison.Ordinal) && line.Contains("oidc:ann", StringComparison.Ordinal)
        );
        Assert.Contains(lines, static line => line.Contains("\"refresh a session\"", StringComparison.Ordinal));
        string[] secrets = [.. _lab.Issuer.Secrets, .. _browser.Cookies.Values];
        Assert.All(lines, line => Assert.DoesNotContain(secrets, secret => line.Contains(secret, StringComparison.Ordinal)));
    }

    private async Task<(string Name, string Level)> CallerAsync(string replica)
    {
        using HttpResponseMessage answer = await _browser.FetchAsync(HttpMethod.Get, replica, "/api/v1/me");
        string body = await answer.Content.ReadAsStringAsync();
        Assert.Equal((HttpStatusCode.OK, ""), (answer.StatusCode, answer.IsSuccessStatusCode ? "" : body));
        JsonNode me = JsonNode.Parse(body)!;
        return ((string)me["name"]!, (string)me["level"]!);
    }

    private static async Task<string> FailureAsync(SignInBrowser browser, string replica, string answer)
    {
        using HttpResponseMessage ended = await browser.OpenAsync(replica, "/sign-in/callback" + answer);
        string location = ended.Headers.Location!.OriginalString;
        return location.Contains("?sign-in=", StringComparison.Ordinal) ? location.Split("?sign-in=")[1] : "";
    }
}
