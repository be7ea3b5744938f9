using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;

namespace NodeManager.Conformance.Access;

/// <summary>Identities: tokens of ServiceAccounts, impersonation, and reviews of them.</summary>
public sealed class IdentityTests
{
    private const string TokenReviews = "/apis/authentication.k8s.io/v1/tokenreviews";

    [SkippableTheory]
    [AllBackends]
    public async Task A_ServiceAccount_token_is_valid_until_the_account_is_deleted(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, rbac: true);
        string accounts = $"/api/v1/namespaces/{cluster.Namespace}/serviceaccounts",
            user = $"system:serviceaccount:{cluster.Namespace}:robot";
        await cluster.EnsureAsync(accounts, new() { ["metadata"] = new JsonObject { ["name"] = "robot" } });
        await Access.RoleAsync(cluster, "reader", """[{"apiGroups":[""],"resources":["pods"],"verbs":["list"]}]""");
        await Access.BindAsync(cluster, "reader", "Role", "reader", "ServiceAccount", "robot");

        WireAnswer made = await cluster.SendAsync("POST", accounts + "/robot/token", """{"spec":{"expirationSeconds":3600}}""");
        string token = (string)made.Json["status"]!["token"]!;
        JsonNode review = (await cluster.SendAsync("POST", TokenReviews, $"{{\"spec\":{{\"token\":\"{token}\"}}}}")).Json;
        await Eventually.HoldsAsync(
            "the role is known",
            async () =>
                (await cluster.SendWithTokenAsync(token, "GET", $"/api/v1/namespaces/{cluster.Namespace}/pods")).Code == HttpStatusCode.OK
        );
        WireAnswer refused = await cluster.SendWithTokenAsync(token, "GET", "/api/v1/nodes");
        await cluster.SendAsync("DELETE", accounts + "/robot");

        Assert.Equal(HttpStatusCode.Created, made.Code);
        Assert.Equal(
            (3600, "https://kubernetes.default.svc"),
            ((int)made.Json["spec"]!["expirationSeconds"]!, (string?)made.Json["spec"]!["audiences"]![0])
        );
        Assert.Equal(3, token.Split('.').Length);
        Assert.True((bool)review["status"]!["authenticated"]!);
        Assert.Equal(user, (string?)review["status"]!["user"]!["username"]);
        Assert.Equal(
            ["system:serviceaccounts", "system:serviceaccounts:" + cluster.Namespace, "system:authenticated"],
            review["status"]!["user"]!["groups"]!.AsArray().Select(group => (string?)group)
        );
        Assert.Equal(
            $"nodes is forbidden: User \"{user}\" cannot list resource \"nodes\" in API group \"\" at the cluster scope",
            (string?)refused.Json["message"]
        );
        await Eventually.HoldsAsync(
            "the token is worth nothing",
            async () =>
                (await cluster.SendWithTokenAsync(token, "GET", $"/api/v1/namespaces/{cluster.Namespace}/pods")).Code
                == HttpStatusCode.Unauthorized
        );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_token_for_another_audience_is_not_accepted(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, rbac: true);
        string accounts = $"/api/v1/namespaces/{cluster.Namespace}/serviceaccounts";
        await cluster.EnsureAsync(accounts, new() { ["metadata"] = new JsonObject { ["name"] = "robot" } });

        string token = (string)
            (await cluster.SendAsync("POST", accounts + "/robot/token", """{"spec":{"audiences":["vault"]}}""")).Json["status"]!["token"]!;
        JsonNode here = (await cluster.SendAsync("POST", TokenReviews, $"{{\"spec\":{{\"token\":\"{token}\"}}}}")).Json;
        JsonNode there = (
            await cluster.SendAsync("POST", TokenReviews, $"{{\"spec\":{{\"token\":\"{token}\",\"audiences\":[\"vault\",\"other\"]}}}}")
        ).Json;

        Assert.Equal(HttpStatusCode.Unauthorized, (await cluster.SendWithTokenAsync(token, "GET", "/version")).Code);
        Assert.Equal(HttpStatusCode.Unauthorized, (await cluster.SendWithTokenAsync("abc", "GET", "/version")).Code);
        Assert.NotEqual(true, (bool?)here["status"]!["authenticated"]);
        Assert.True((bool)there["status"]!["authenticated"]!);
        Assert.Equal("vault", (string?)Assert.Single(there["status"]!["audiences"]!.AsArray()));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task An_invalid_TokenRequest_is_reported(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, rbac: true);
        string accounts = $"/api/v1/namespaces/{cluster.Namespace}/serviceaccounts";
        await cluster.EnsureAsync(accounts, new() { ["metadata"] = new JsonObject { ["name"] = "robot" } });

        WireAnswer brief = await cluster.SendAsync("POST", accounts + "/robot/token", """{"spec":{"expirationSeconds":30}}""");
        WireAnswer unknown = await cluster.SendAsync("POST", accounts + "/nope/token", """{"spec":{}}""");
        WireAnswer unbound = await cluster.SendAsync(
            "POST",
            accounts + "/robot/token",
            """{"spec":{"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"nope"}}}"""
        );
        WireAnswer nothing = await cluster.SendAsync("POST", TokenReviews, """{"spec":{}}""");

        Assert.Equal(
            "TokenRequest.authentication.k8s.io \"\" is invalid: spec.expirationSeconds: Invalid value: 30: may not specify a duration less than 10 minutes",
            (string?)brief.Json["message"]
        );
        Assert.Equal("serviceaccounts \"nope\" not found", (string?)unknown.Json["message"]);
        Assert.Equal("pods \"nope\" not found", (string?)unbound.Json["message"]);
        Assert.Equal("token is required for TokenReview in authentication", (string?)nothing.Json["message"]);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task An_impersonated_user_has_only_its_own_permissions(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, rbac: true);
        KeyValuePair<string, string>[] jane = [new("Impersonate-User", "jane"), new("Impersonate-Group", "one")];
        KeyValuePair<string, string>[] robot = [new("Impersonate-User", $"system:serviceaccount:{cluster.Namespace}:robot")];

        WireAnswer refused = await cluster.SendWithAsync(jane, "GET", "/api/v1/nodes");
        WireAnswer nameless = await cluster.SendWithAsync([new("Impersonate-Group", "one")], "GET", "/api/v1/nodes");

        Assert.Equal(
            "nodes is forbidden: User \"jane\" cannot list resource \"nodes\" in API group \"\" at the cluster scope",
            (string?)refused.Json["message"]
        );
        Assert.True(nameless.Code is HttpStatusCode.BadRequest or HttpStatusCode.InternalServerError, nameless.Text);
        if (cluster.Minor < 28)
            return;
        Assert.Equal(["jane", "one", "system:authenticated"], await WhoAsync(cluster, jane));
        Assert.Equal(
            [robot[0].Value, "system:serviceaccounts", "system:serviceaccounts:" + cluster.Namespace, "system:authenticated"],
            await WhoAsync(cluster, robot)
        );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Impersonation_requires_the_impersonate_verb(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, rbac: true);
        string accounts = $"/api/v1/namespaces/{cluster.Namespace}/serviceaccounts",
            user = $"system:serviceaccount:{cluster.Namespace}:robot";
        await cluster.EnsureAsync(accounts, new() { ["metadata"] = new JsonObject { ["name"] = "robot" } });
        await cluster.EnsureAsync(accounts, new() { ["metadata"] = new JsonObject { ["name"] = "other" } });
        string token = (string)(await cluster.SendAsync("POST", accounts + "/robot/token", """{"spec":{}}""")).Json["status"]!["token"]!;
        string pods = $"/api/v1/namespaces/{cluster.Namespace}/pods",
            other = $"system:serviceaccount:{cluster.Namespace}:other";

        WireAnswer refused = await cluster.SendWithTokenAsync(token, "GET", pods, impersonate: "jane");
        await Access.RoleAsync(
            cluster,
            "actor",
            """[{"apiGroups":[""],"resources":["serviceaccounts"],"resourceNames":["other"],"verbs":["impersonate"]}]"""
        );
        await Access.BindAsync(cluster, "actor", "Role", "actor", "ServiceAccount", "robot");
        WireAnswer asOther = await Eventually.GetAsync(
            "the right",
            () => cluster.SendWithTokenAsync(token, "GET", pods, impersonate: other),
            answer => !answer.Text.Contains("impersonate", StringComparison.Ordinal)
        );

        Assert.Equal(
            cluster.Minor < 36
                ? $"users \"jane\" is forbidden: User \"{user}\" cannot impersonate resource \"users\" in API group \"\" at the cluster scope"
                : $"pods is forbidden: User \"{user}\" cannot impersonate-on:user-info:list resource \"pods\" in API group \"\" in the namespace \"{cluster.Namespace}\"",
            (string?)refused.Json["message"]
        );
        Assert.Equal(
            $"pods is forbidden: User \"{other}\" cannot list resource \"pods\" in API group \"\" in the namespace \"{cluster.Namespace}\"",
            (string?)asOther.Json["message"]
        );
    }

    private static async Task<IEnumerable<string?>> WhoAsync(TestCluster cluster, KeyValuePair<string, string>[] headers)
    {
        WireAnswer answer = await cluster.SendWithAsync(headers, "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", "{}");
        JsonNode user = answer.Json["status"]!["userInfo"]!;
        return [(string?)user["username"], .. user["groups"]!.AsArray().Select(group => (string?)group)];
    }
}
