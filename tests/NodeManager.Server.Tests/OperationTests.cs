using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using NodeManager.Core.Operations;
using NodeManager.Server.Nodes;
using NodeManager.Server.Operations;

namespace NodeManager.Server.Tests;

/// <summary>Work that continues without its request.</summary>
public sealed class OperationTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    [Fact]
    public async Task The_events_of_a_drain_are_streamed_resumed_and_reread()
    {
        JsonArray nodes = (await server.Client.GetFromJsonAsync<JsonArray>(NodeRoutes.Prefix + "/nodes"))!;
        string name = nodes.Select(n => (string)n!["name"]!).First(n => n.StartsWith("worker", StringComparison.Ordinal));
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{NodeRoutes.Prefix}/nodes/{name}/drain")
        {
            Content = JsonContent.Create(
                new
                {
                    delete_emptydir_data = true,
                    delete_unmanaged_pods = true,
                    timeout_seconds = 2,
                }
            ),
        };
        request.Headers.Add("Prefer", "wait=10, respond-async");

        HttpResponseMessage accepted = await server.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        Assert.Equal("respond-async", Assert.Single(accepted.Headers.GetValues("Preference-Applied")));
        string location = accepted.Headers.Location!.ToString();
        List<(long Id, string Type)> all = await EventsAsync(location, 0);
        Assert.Equal("end", all[^1].Type);
        Assert.Contains(all, e => e.Type == "result");
        Assert.Equal(all.Select(e => e.Id).Order(), all.Select(e => e.Id));
        long middle = all[all.Count / 2].Id;
        // A later report of progress replaces the former one.
        Assert.Equal(
            all.Where(e => e.Id > middle && e.Type != "progress"),
            (await EventsAsync(location, middle)).Where(e => e.Type != "progress")
        );
        JsonObject operation = (await server.Client.GetFromJsonAsync<JsonObject>(location))!;
        Assert.Equal(("NodeDrain", "local-admin"), ((string?)operation["kind"], (string?)operation["by"]));
        Assert.Single(operation["results"]!.AsArray());
        Assert.Contains(
            (await server.Client.GetFromJsonAsync<JsonArray>("/api/v1/operations"))!,
            o => (string?)o!["id"] == (string?)operation["id"]
        );
    }

    [Fact]
    public async Task An_operation_is_cancelled()
    {
        TrackedOperation running = server
            .Services.GetRequiredService<OperationRegistry>()
            .Start(
                "test",
                static result => result,
                () => RunningOperation.Start("Test", "nothing", TimeProvider.System, context => Task.Delay(Timeout.Infinite, context.Token))
            );

        HttpResponseMessage answer = await server.Client.DeleteAsync(
            new Uri($"/api/v1/operations/{running.Operation.Id}", UriKind.Relative)
        );

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal(OperationState.Cancelled, await running.Operation.Completion.WaitAsync(TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public async Task The_text_of_an_internal_error_is_not_shown()
    {
        TrackedOperation failed = server
            .Services.GetRequiredService<OperationRegistry>()
            .Start(
                "test",
                static result => result,
                () => RunningOperation.Start("Test", "nothing", TimeProvider.System, _ => throw new InvalidOperationException("the secret"))
            );
        await failed.Operation.Completion;

        string text = await server.Client.GetStringAsync($"/api/v1/operations/{failed.Operation.Id}");

        Assert.Contains("InternalError", text, StringComparison.Ordinal);
        Assert.DoesNotContain("the secret", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/api/v1/operations/none", HttpStatusCode.NotFound)]
    [InlineData("GET", "/api/v1/operations/none/events", HttpStatusCode.NotFound)]
    [InlineData("DELETE", "/api/v1/operations/none", HttpStatusCode.NotFound)]
    public async Task An_unknown_operation_is_404(string method, string path, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(new(method), path);
        Assert.Equal(status, (await server.Client.SendAsync(request)).StatusCode);
    }

    private async Task<List<(long Id, string Type)>> EventsAsync(string location, long after)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, location + "/events");
        if (after > 0)
            request.Headers.Add("Last-Event-ID", $"{after}");
        HttpResponseMessage response = await server.Client.SendAsync(request);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        string[] lines = (await response.Content.ReadAsStringAsync()).Split('\n');
        return
        [
            .. lines
                .Where(l => l.StartsWith("id:", StringComparison.Ordinal))
                .Zip(
                    lines.Where(l => l.StartsWith("event:", StringComparison.Ordinal)),
                    (id, type) => (long.Parse(id[3..]), type[6..].Trim())
                ),
        ];
    }
}
