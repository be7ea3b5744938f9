using System.Net.Http.Headers;
using System.Net.Security;
using System.Text;
using System.Text.Json.Nodes;
using NodeManager.Sandbox.Model.Store;

namespace NodeManager.Sandbox.Tests.Http;

/// <summary>No work is done for a client that has left: what is not stored by then is not written.</summary>
public sealed class AbortedRequestTests
{
    private const string ConfigMaps = "/api/v1/namespaces/default/configmaps";

    [Fact]
    public async Task A_change_of_a_client_that_closed_its_connection_is_not_made()
    {
        using var served = new ServedCluster();
        served.Cluster.SetFault(
            new()
            {
                Kind = SandboxFaultKind.ApiSlow,
                Name = "slow",
                Delay = TimeSpan.FromSeconds(1),
            }
        );
        await using (SslStream connection = await served.ConnectAsync())
        {
            string body = Map("left");
            await connection.WriteAsync(
                Encoding.ASCII.GetBytes(
                    $"POST {ConfigMaps} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {served.Token}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"
                )
            );
        }

        // Arrives later and takes as long: the first one is over by then.
        using HttpResponseMessage stayed = await served.Http.PostAsync(
            new Uri(ConfigMaps, UriKind.Relative),
            new StringContent(Map("stayed"), MediaTypeHeaderValue.Parse("application/json"))
        );
        Assert.True(stayed.IsSuccessStatusCode, await stayed.Content.ReadAsStringAsync());

        JsonNode list = JsonNode.Parse(await served.Http.GetStringAsync(new Uri(ConfigMaps, UriKind.Relative)))!;
        Assert.Equal(["stayed"], list["items"]!.AsArray().Select(static one => (string?)one!["metadata"]!["name"]));
    }

    [Theory]
    [InlineData("POST", ConfigMaps, """{"metadata":{"name":"new"}}""", "application/json")]
    [InlineData("PATCH", ConfigMaps + "/old", """{"data":{"a":"b"}}""", "application/merge-patch+json")]
    [InlineData("PUT", ConfigMaps + "/old", """{"metadata":{"name":"old"},"data":{"a":"b"}}""", "application/json")]
    [InlineData("DELETE", ConfigMaps, """{"kind":"DeleteOptions","apiVersion":"v1"}""", "application/json")]
    [InlineData(
        "POST",
        "/apis/example.com/v1/namespaces/default/lists",
        """{"apiVersion":"example.com/v1","kind":"List","metadata":{"name":"long"},"texts":["aaaa"]}""",
        "application/json"
    )]
    public async Task A_change_ends_when_its_client_leaves(string method, string path, string body, string type)
    {
        using SandboxCluster cluster = SandboxCluster.StartStill(new() { Nodes = 0 }, DocumentStore.DefaultLogCapacity);
        using var http = new HttpClient(cluster.CreateTransport()) { BaseAddress = cluster.Server };
        await CreateAsync(http, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", Definition);
        await CreateAsync(http, ConfigMaps, Map("old"));
        string before = await http.GetStringAsync(new Uri(ConfigMaps, UriKind.Relative));

        using var left = new CancellationTokenSource();
        using var request = new HttpRequestMessage(new(method), path) { Content = new StreamContent(new LastReadStream(body, left)) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => http.SendAsync(request, left.Token));
        Assert.Equal(before, await http.GetStringAsync(new Uri(ConfigMaps, UriKind.Relative)));
        Assert.DoesNotContain(
            "long",
            await http.GetStringAsync(new Uri("/apis/example.com/v1/lists", UriKind.Relative)),
            StringComparison.Ordinal
        );
    }

    private static string Definition =>
        """
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"lists.example.com"},"spec":{"group":"example.com","scope":"Namespaced",
             "names":{"plural":"lists","singular":"list","kind":"List","listKind":"ListList"},
             "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{"texts":{"type":"array","items":{"type":"string","pattern":"^a+$"}}}}}}]}}
            """;

    private static string Map(string name) => $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{name}}"} }""";

    private static async Task CreateAsync(HttpClient http, string path, string body)
    {
        using HttpResponseMessage created = await http.PostAsync(
            new Uri(path, UriKind.Relative),
            new StringContent(body, MediaTypeHeaderValue.Parse("application/json"))
        );
        Assert.True(created.IsSuccessStatusCode, await created.Content.ReadAsStringAsync());
    }

    // The client leaves when its body has been read.
    private sealed class LastReadStream(string text, CancellationTokenSource left) : MemoryStream(Encoding.UTF8.GetBytes(text))
    {
        public override int Read(Span<byte> buffer) => Ended(base.Read(buffer));

        public override int Read(byte[] buffer, int offset, int count) => Ended(base.Read(buffer, offset, count));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            new(Ended(base.Read(buffer.Span)));

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            Task.FromResult(Ended(base.Read(buffer, offset, count)));

        private int Ended(int count)
        {
            if (count == 0)
                left.Cancel();
            return count;
        }
    }
}
