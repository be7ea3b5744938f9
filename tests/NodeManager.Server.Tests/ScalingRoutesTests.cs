using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using NodeManager.Core.Operations;

namespace NodeManager.Server.Tests;

/// <summary>What the autoscaler does and why, as its page reads it.</summary>
public sealed class ScalingRoutesTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private const string Path = "/api/v1/autoscaler";

    [Fact]
    public async Task Leader_pools_claims_and_decisions_are_shown_after_the_installation()
    {
        HttpResponseMessage none = await server.Client.GetAsync(new Uri(Path, UriKind.Relative));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, none.StatusCode);
        Assert.Equal(ErrorIds.AutoscalerNotInstalled, (string?)(await none.Content.ReadFromJsonAsync<JsonObject>())!["error"]);

        RunningOperation autoscaler = await AutoscalerDemo.StartAsync(server.Session);
        try
        {
            JsonArray claims = [];
            for (int i = 0; i < 1200 && claims.Count(static one => (string?)one!["status"] == NodeClaimStatus.Ready) < 2; i++)
            {
                await Task.Delay(100);
                claims = (await server.Client.GetFromJsonAsync<JsonArray>(Path + "/claims"))!;
            }

            JsonNode claim = claims.First(static one => (string?)one!["status"] == NodeClaimStatus.Ready)!;
            Assert.Contains(
                claim["conditions"]!.AsArray(),
                static one => (string?)one!["type"] == "Registered" && (string?)one["status"] == "True"
            );
            Assert.Equal("small", (string?)claim["pool"]);
            Assert.False(string.IsNullOrEmpty((string?)claim["node"]));

            JsonObject state = (await server.Client.GetFromJsonAsync<JsonObject>(Path))!;
            Assert.Equal(("Running", true), ((string?)state["status"], (bool)state["local"]!));
            Assert.NotEqual("", (string?)state["leader"]);
            Assert.Equal("small", (string?)Assert.Single(state["pools"]!.AsArray())!["name"]);
            Assert.NotEmpty(state["decisions"]!.AsArray());
            Assert.Empty((await server.Client.GetFromJsonAsync<JsonObject>(Path + "?decisions=0"))!["decisions"]!.AsArray());

            JsonObject plan = (await server.Client.GetFromJsonAsync<JsonObject>(Path + "/plan"))!;
            Assert.All(plan["pods"]!.AsArray(), static pod => Assert.NotEqual("", (string?)pod!["reason"]));

            await AssertWhatIfAsync();

            // The pages about pools of the cluster show the same pool.
            JsonNode pool = Assert.Single(
                (await server.Client.GetFromJsonAsync<JsonArray>("/api/v1/nodepools/overview?provider=Cluster"))!
            )!;
            Assert.Equal(("small", NodePoolProvider.Cluster), ((string?)pool["name"], (string?)pool["provider"]));
        }
        finally
        {
            autoscaler.Cancel();
            await autoscaler.Completion;
        }
    }

    private async Task AssertWhatIfAsync()
    {
        HttpResponseMessage answer = await PostAsync("""{"pools":{"small":{"limits":{"minNodes":4}}}}""");
        JsonObject found = (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(2, found["after"]!["machines"]!.AsArray().Count);
        Assert.Contains(
            found["differences"]!.AsArray(),
            static one =>
                (string?)one!["kind"] == NodeScaleDifference.Machine && (string?)one["before"] == "0" && (string?)one["after"] == "2"
        );
        // Nothing was written.
        JsonNode pool = (await server.Client.GetFromJsonAsync<JsonObject>(Path))!["pools"]![0]!;
        Assert.Equal(2, (int)pool["min_nodes"]!);

        await AssertExplanationsAsync(PostAsync);

        foreach (
            (string body, HttpStatusCode code, string error) in ((string, HttpStatusCode, string)[])
                [
                    ("""{"pools":{"large":{}}}""", HttpStatusCode.NotFound, ErrorIds.NodePoolNotFound),
                    ("""{"pods":["no-such-pod"]}""", HttpStatusCode.NotFound, ErrorIds.PodNotFound),
                    ("""{"nodes":["no-such-node"]}""", HttpStatusCode.NotFound, ErrorIds.NodeNotFound),
                    ("""{"pools":{"small":{"limits":{"minNodes":9}}}}""", HttpStatusCode.BadRequest, ErrorIds.NodePoolInvalid),
                ]
        )
        {
            HttpResponseMessage refused = await PostAsync(body);
            Assert.Equal(code, refused.StatusCode);
            Assert.Equal(error, (string?)(await refused.Content.ReadFromJsonAsync<JsonObject>())!["error"]);
        }

        HttpResponseMessage nothing = await PostAsync("{}");
        Assert.Equal(HttpStatusCode.BadRequest, nothing.StatusCode);

        Task<HttpResponseMessage> PostAsync(string body) =>
            server.Client.PostAsync(
                new Uri(Path + "/plan", UriKind.Relative),
                new StringContent(body, System.Text.Encoding.UTF8, "application/json")
            );
    }

    private static async Task AssertExplanationsAsync(Func<string, Task<HttpResponseMessage>> post)
    {
        HttpResponseMessage answer = await post("""{"nodes":["*"],"pods":["*"]}""");
        JsonObject found = (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.True(answer.StatusCode == HttpStatusCode.OK, found.ToJsonString());
        // Nothing is assumed.
        Assert.Empty(found["differences"]!.AsArray());
        JsonArray explanations = found["explanations"]!.AsArray();
        Assert.Contains(
            explanations,
            static one => (string?)one!["kind"] == NodeScaleDifference.Pod && ((string?)one["name"])!.Contains('/')
        );
        JsonNode[] nodes =
        [
            .. explanations.Where(static one => (string?)one!["kind"] == NodeScaleDifference.Node).Select(static one => one!),
        ];
        Assert.True(nodes.Length >= 2, found.ToJsonString());
        Assert.All(nodes, static one => Assert.NotEqual("", (string?)one["message"]));
        // The minimum of the pool keeps its nodes; with a lower one, a node could go.
        JsonNode suggested = nodes.First(static one => one["suggestion"] is not null)["suggestion"]!;
        Assert.Equal(("small", "limits.minNodes"), ((string?)suggested["pool"], (string?)suggested["field"]));
        Assert.NotNull(suggested["patch"]!["limits"]!["minNodes"]);
    }
}
