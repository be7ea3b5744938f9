using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using NodeManager.Server.Nodes;

namespace NodeManager.Server.Tests.Nodes;

public sealed class NodePageTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private static readonly string Nodes = NodeRoutes.Prefix + "/nodes";

    [Fact]
    public async Task Pages_lead_to_all_nodes_by_links()
    {
        string[] all = await NamesAsync(Nodes);
        List<string> read = [];
        Uri? next = new(server.Client.BaseAddress!, $"{Nodes}?limit=4");
        while (next is not null)
        {
            using HttpResponseMessage answer = await server.Client.GetAsync(next);
            string[] names = [.. (await answer.Content.ReadFromJsonAsync<JsonArray>())!.Select(static one => (string)one!["name"]!)];
            read.AddRange(names);
            bool isLast = !answer.Headers.TryGetValues("Link", out IEnumerable<string>? links);
            Assert.Equal(
                isLast
                    ? all.Length % 4 is > 0 and var rest
                        ? rest
                        : 4
                    : 4,
                names.Length
            );
            next = isLast ? null : new(next, links!.Single().Split('<', '>')[1]);
        }

        Assert.True(all.Length > 4);
        Assert.Equal(all, read);
        Assert.Equal(all[3..], await NamesAsync($"{Nodes}?after={all[2]}"));
        Assert.Equal(all, await NamesAsync($"{Nodes}?after="));
        Assert.Empty(await NamesAsync($"{Nodes}?after={all[^1]}"));
        // A node that was deleted between two requests.
        Assert.Equal(all[3..], await NamesAsync($"{Nodes}?after={all[2]}-gone"));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("many")]
    public async Task A_wrong_limit_is_refused(string limit)
    {
        HttpResponseMessage answer = await server.Client.GetAsync(new Uri($"{Nodes}?limit={limit}", UriKind.Relative));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("'limit'", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private async Task<string[]> NamesAsync(string path) =>
        [.. (await server.Client.GetFromJsonAsync<JsonArray>(path))!.Select(static one => (string)one!["name"]!)];
}
