using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.WebUtilities;
using NodeManager.Conformance.Harness;
using NodeManager.Conformance.RealCluster;
using NodeManager.Server.Nodes;
using NodeManager.Server.Options;
using NodeManager.Testing;

namespace NodeManager.Conformance.Serving;

/// <summary>A browser signs in at an issuer that a real API server trusts. Tests without both are in NodeManager.Server.Tests.</summary>
[Takes(60)]
public sealed class IssuerSignInTests
{
    private const string External = "https://console.example.com",
        Rbac = "/apis/rbac.authorization.k8s.io/v1/";

    private static readonly string Nodes = NodeRoutes.Prefix + "/nodes";

    [SkippableFact]
    public async Task A_user_of_the_issuer_has_the_rights_of_the_groups_until_the_issuer_refuses()
    {
        Skip.If(ServerBinaries.Find(out string reason) is null, reason);
        Skip.If(IssuerProcess.Missing is { Length: > 0 }, IssuerProcess.Missing);
        using IssuerProcess issuer = await IssuerProcess.StartAsync(FreePort(), External);
        using ControlPlane plane = await ControlPlane.StartStillAsync(
            "--oidc-issuer-url=" + issuer.Address,
            "--oidc-client-id=" + IssuerProcess.ClientId,
            "--oidc-ca-file=" + issuer.AuthorityFile,
            "--oidc-username-claim=sub",
            "--oidc-username-prefix=oidc:",
            "--oidc-groups-claim=groups",
            "--oidc-groups-prefix=oidc:"
        );
        await using TestCluster cluster = await TestCluster.StartOnAsync(plane);
        await BindAsync(cluster);
        await using WebApplication first = ServedApi.Build(await cluster.ConnectAsync(), isDelegated: true, Settings(issuer)),
            second = ServedApi.Build(await cluster.ConnectAsync(), isDelegated: true, Settings(issuer));
        await first.StartAsync();
        await second.StartAsync();
        (string one, string two) = (first.Urls.First(), second.Urls.First());
        await issuer.ChangeAsync(new() { ["groups"] = new JsonArray("operators") });
        SignInBrowser browser = new(External);

        // The API server reads the keys of the issuer a while after its start.
        Uri callback = null!;
        await Eventually.HoldsAsync(
            "the API server trusts the issuer",
            async () =>
            {
                callback = await ApproveAsync(issuer, await LocationAsync(browser, one, "/sign-in/start?return=/admin/nodes"));
                return (await LocationAsync(browser, two, "/sign-in/callback" + callback.Query)).OriginalString == "/admin/nodes";
            }
        );
        Assert.Equal(("oidc:ann", "admin"), await CallerAsync(browser, one));
        Assert.Equal(HttpStatusCode.OK, await browser.CodeAsync(HttpMethod.Get, one, Nodes));
        Assert.Equal(HttpStatusCode.Forbidden, await browser.CodeAsync(HttpMethod.Get, one, "/api/v1/alerts"));

        // The API server receives the user's own token.
        Assert.Equal(HttpStatusCode.OK, await browser.CodeAsync(HttpMethod.Get, two, "/api/v1/objects/nodes/worker"));
        Assert.Equal(HttpStatusCode.OK, await browser.CodeAsync(HttpMethod.Post, two, Nodes + "/worker/cordon"));

        await issuer.ChangeAsync(new() { ["groups"] = new JsonArray() });
        Assert.Equal(HttpStatusCode.NoContent, await browser.CodeAsync(HttpMethod.Post, two, "/sign-in/refresh"));
        Assert.Equal(HttpStatusCode.Forbidden, await browser.CodeAsync(HttpMethod.Get, one, Nodes));
        Assert.Equal(("oidc:ann", "viewer"), await CallerAsync(browser, two));

        await issuer.ChangeAsync(new() { ["refuses"] = true });
        Assert.Equal(HttpStatusCode.Unauthorized, await browser.CodeAsync(HttpMethod.Post, one, "/sign-in/refresh"));
        Assert.Equal(HttpStatusCode.Unauthorized, await browser.CodeAsync(HttpMethod.Get, two, "/api/v1/me"));
    }

    [SkippableFact]
    public async Task A_token_that_the_API_server_does_not_accept_begins_no_session_and_a_code_counts_once()
    {
        Skip.If(ServerBinaries.Find(out string reason) is null, reason);
        Skip.If(IssuerProcess.Missing is { Length: > 0 }, IssuerProcess.Missing);
        using IssuerProcess issuer = await IssuerProcess.StartAsync(FreePort(), External);
        using ControlPlane plane = await ControlPlane.StartStillAsync(
            "--oidc-issuer-url=" + issuer.Address,
            "--oidc-client-id=another-client",
            "--oidc-ca-file=" + issuer.AuthorityFile,
            "--oidc-username-claim=sub"
        );
        await using TestCluster cluster = await TestCluster.StartOnAsync(plane);
        await using WebApplication app = ServedApi.Build(await cluster.ConnectAsync(), isDelegated: true, Settings(issuer));
        await app.StartAsync();
        SignInBrowser browser = new(External);

        Uri callback = await ApproveAsync(issuer, await LocationAsync(browser, app.Urls.First(), "/sign-in/start"));
        SignInBrowser copy = browser.Copy();
        Uri ended = await LocationAsync(browser, app.Urls.First(), "/sign-in/callback" + callback.Query);
        Assert.Equal("/admin?sign-in=Unknown", ended.OriginalString);
        Assert.Empty(browser.Cookies);

        Uri replayed = await LocationAsync(copy, app.Urls.First(), "/sign-in/callback" + callback.Query);
        Assert.Equal("/admin?sign-in=Refused", replayed.OriginalString);
    }

    private static OidcSettings Settings(IssuerProcess issuer) =>
        new(issuer.Address, IssuerProcess.ClientId, issuer.SecretFile, issuer.AuthorityFile, [], [], new(External), issuer.KeyFile);

    private static async Task BindAsync(TestCluster cluster)
    {
        await cluster.SendAsync("POST", "/api/v1/nodes", """{"metadata":{"name":"worker"}}""");
        await cluster.SendAsync(
            "POST",
            Rbac + "clusterroles",
            """{"metadata":{"name":"operators"},"rules":[{"apiGroups":[""],"resources":["nodes"],"verbs":["get","list","watch","patch"]}]}"""
        );
        await cluster.SendAsync(
            "POST",
            Rbac + "clusterrolebindings",
            """
            {"metadata":{"name":"operators"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"operators"},
             "subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"Group","name":"oidc:operators"}]}
            """
        );
    }

    // Follows the issuer's redirects with its cookies until it sends the browser back.
    private static async Task<Uri> ApproveAsync(IssuerProcess issuer, Uri address)
    {
        using HttpClient browser = issuer.CreateBrowser();
        for (int i = 0; i < 10 && address.GetLeftPart(UriPartial.Authority) == issuer.Address; i++)
        {
            using HttpResponseMessage answer = await browser.GetAsync(address);
            address = new(
                address,
                answer.Headers.Location ?? throw new InvalidOperationException(await answer.Content.ReadAsStringAsync())
            );
        }

        Assert.Equal(External + "/sign-in/callback", address.GetLeftPart(UriPartial.Path));
        Assert.Contains("code", QueryHelpers.ParseQuery(address.Query).Keys);
        return address;
    }

    private static async Task<(string?, string?)> CallerAsync(SignInBrowser browser, string replica)
    {
        using HttpResponseMessage answer = await browser.FetchAsync(HttpMethod.Get, replica, "/api/v1/me");
        JsonNode caller = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        return ((string?)caller["name"], (string?)caller["level"]);
    }

    private static async Task<Uri> LocationAsync(SignInBrowser browser, string replica, string path)
    {
        using HttpResponseMessage answer = await browser.OpenAsync(replica, path);
        return answer.Headers.Location!;
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
