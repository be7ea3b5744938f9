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

        foreach (
            (string body, HttpStatusCode code, string error) in ((string, HttpStatusCode, string)[])
                [
                    ("""{"pools":{"large":{}}}""", HttpStatusCode.NotFound, ErrorIds.NodePoolNotFound),
                    ("""{"pools":{"small":{"limits":{"minNodes":9}}}}""", HttpStatusCode.BadRequest, ErrorIds.NodePoolInvalid),
                ]
        )
        {
            HttpResponseMessage refused = await PostAsync(body);
            Assert.Equal(code, refused.StatusCode);
            Assert.Equal(error, (string?)(await refused.Content.ReadFromJsonAsync<JsonObject>())!["error"]);
        }

        Task<HttpResponseMessage> PostAsync(string body) =>
            server.Client.PostAsync(
                new Uri(Path + "/plan", UriKind.Relative),
                new StringContent(body, System.Text.Encoding.UTF8, "application/json")
            );
    }
}
