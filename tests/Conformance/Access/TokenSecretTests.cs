using System.Text;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;

namespace NodeManager.Conformance.Access;

/// <summary>Secrets that hold the tokens of service accounts.</summary>
public sealed class TokenSecretTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task A_Secret_for_a_ServiceAccount_gets_a_token_and_is_deleted_with_the_account(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        string accounts = $"/api/v1/namespaces/{cluster.Namespace}/serviceaccounts",
            secrets = $"/api/v1/namespaces/{cluster.Namespace}/secrets";
        string uid = (string)(await cluster.SendAsync("POST", accounts, """{"metadata":{"name":"robot"}}""")).Json["metadata"]!["uid"]!;
        WireAnswer made = await cluster.SendAsync(
            "POST",
            secrets,
            """
            {"metadata":{"name":"mine","annotations":{"kubernetes.io/service-account.name":"robot"}},"type":"kubernetes.io/service-account-token"}
            """
        );
        Assert.True((int)made.Code == 201, made.Text);

        JsonNode secret = await Eventually.GetAsync(
            "a token",
            async () => (await cluster.SendAsync("GET", secrets + "/mine")).Json,
            static one => one["data"]?["token"] is not null
        );

        Assert.Equal(
            (uid, cluster.Namespace),
            ((string)secret["metadata"]!["annotations"]!["kubernetes.io/service-account.uid"]!, Decode(secret["data"]!["namespace"]!))
        );
        string token = Decode(secret["data"]!["token"]!);
        // The server learns of a new account by a watch: until then the account is unknown to it.
        await Eventually.HoldsAsync("a way in", async () => (int)(await cluster.SendWithTokenAsync(token, "GET", "/api")).Code == 200);
        WireAnswer review = await cluster.SendAsync(
            "POST",
            "/apis/authentication.k8s.io/v1/tokenreviews",
            $$"""{"kind":"TokenReview","apiVersion":"authentication.k8s.io/v1","spec":{"token":"{{token}}"} }"""
        );
        Assert.Equal($"system:serviceaccount:{cluster.Namespace}:robot", (string)review.Json["status"]!["user"]!["username"]!);

        await cluster.SendAsync("DELETE", accounts + "/robot");
        await Eventually.HoldsAsync("no secret", async () => (int)(await cluster.SendAsync("GET", secrets + "/mine")).Code == 404);
        await Eventually.HoldsAsync("no way in", async () => (int)(await cluster.SendWithTokenAsync(token, "GET", "/api")).Code == 401);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Every_ServiceAccount_has_a_token_Secret_before_1_24(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        string account = $"/api/v1/namespaces/{cluster.Namespace}/serviceaccounts/robot",
            secrets = $"/api/v1/namespaces/{cluster.Namespace}/secrets";
        await cluster.SendAsync("POST", $"/api/v1/namespaces/{cluster.Namespace}/serviceaccounts", """{"metadata":{"name":"robot"}}""");
        if (cluster.Minor >= 24)
        {
            // A secret of its own is served by the same controller: once that has its token, the account would have had its chance.
            await cluster.SendAsync(
                "POST",
                secrets,
                """{"metadata":{"name":"mine","annotations":{"kubernetes.io/service-account.name":"robot"}},"type":"kubernetes.io/service-account-token"}"""
            );
            await Eventually.HoldsAsync(
                "a token",
                async () => (await cluster.SendAsync("GET", secrets + "/mine")).Json["data"]?["token"] is not null
            );
            Assert.Null((await cluster.SendAsync("GET", account)).Json["secrets"]);
            return;
        }

        string name = await NameAsync(static _ => true);
        Assert.Matches("^robot-token-[a-z0-9]{5}$", name);
        JsonNode secret = await Eventually.GetAsync(
            "a token",
            async () => (await cluster.SendAsync("GET", $"{secrets}/{name}")).Json,
            static one => one["data"]?["token"] is not null
        );
        Assert.Equal(
            ("kubernetes.io/service-account-token", "robot"),
            ((string)secret["type"]!, (string)secret["metadata"]!["annotations"]!["kubernetes.io/service-account.name"]!)
        );
        await cluster.SendAsync("DELETE", $"{secrets}/{name}");
        await NameAsync(other => other != name);

        async Task<string> NameAsync(Func<string, bool> isWanted) =>
            (string)
                (
                    await Eventually.GetAsync(
                        "a secret named",
                        async () => (await cluster.SendAsync("GET", account)).Json["secrets"]?.AsArray() ?? [],
                        names => names.Count == 1 && isWanted((string)names[0]!["name"]!)
                    )
                )[0]!["name"]!;
    }

    private static string Decode(JsonNode text) => Encoding.UTF8.GetString(Convert.FromBase64String((string)text!));
}
