using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using NodeManager.Conformance.RealCluster;
using NodeManager.Sandbox;
using NodeManager.Testing;

namespace NodeManager.Conformance.Semantics;

/// <summary>The same changes on both servers, and what each of their watches tells of them, event by event.</summary>
public sealed class WatchComparisonTests
{
    private const int ChangesInRound = 40;
    private const int LogCapacity = 100_000;
    private const int InitialEventsFrom = 32;

    [SkippableFact]
    public async Task Watches_send_the_same_events_in_the_same_order()
    {
        Skip.If(ServerBinaries.Find(out string reason) is null, reason);
        int changes = ProofSize.Read("NODEMANAGER_WATCH_CHANGES", 120),
            seed = ProofSize.Read("NODEMANAGER_WATCH_SEED", 1);
        using ControlPlane plane = await ControlPlane.StartStillAsync();
        using SandboxCluster sandbox = SandboxCluster.StartStill(new() { Nodes = 0, Version = $"1.{plane.Minor}" }, LogCapacity);
        int told = 0;
        for (int round = 0; round * ChangesInRound < changes; round++)
        {
            var scenario = new WatchScenario(unchecked((seed * 1_000_003) + round), $"w{round}");
            IReadOnlyList<string>[][] streams = await Task.WhenAll(
                WatchAsync(plane.Server, plane.CreateAdminTransport, scenario, $"w{round}", plane.Minor),
                WatchAsync(sandbox.Server, sandbox.CreateTransport, scenario, $"w{round}", plane.Minor)
            );
            for (int i = 0; i < streams[0].Length; i++)
            {
                string watch = scenario.Watches("VERSION", plane.Minor >= InitialEventsFrom).ElementAt(i);
                string expected = string.Join('\n', streams[0][i]),
                    actual = string.Join('\n', streams[1][i]);
                Assert.True(expected == actual, $"round {round}, {watch}\nreal:\n{expected}\nours:\n{actual}");
                told += streams[0][i].Count;
            }
        }

        Assert.True(told > changes, $"Only {told} events were told: that shows little.");
    }

    private static async Task<IReadOnlyList<string>[]> WatchAsync(
        Uri server,
        Func<HttpMessageHandler> connect,
        WatchScenario scenario,
        string ns,
        int minor
    )
    {
        using var http = new HttpClient(connect()) { BaseAddress = server };
        await SendAsync(
            http,
            new("POST", "/api/v1/namespaces", $$$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{{ns}}}"}}""")
        );
        foreach (WatchChange change in scenario.Before())
            Assert.Equal(HttpStatusCode.Created, await SendAsync(http, change));
        string version = (string)JsonNode.Parse(await http.GetStringAsync(scenario.Maps))!["metadata"]!["resourceVersion"]!;
        WatchReader[] readers = await Task.WhenAll(
            scenario.Watches(version, minor >= InitialEventsFrom).Select(path => WatchReader.OpenAsync(server, connect(), path, version))
        );
        try
        {
            Task<IReadOnlyList<string>>[] streams = [.. readers.Select(static reader => reader.ReadAsync())];
            foreach (WatchChange change in scenario.Changes(ChangesInRound))
            {
                HttpStatusCode code = await SendAsync(http, change);
                if (code == HttpStatusCode.Created && change.Path.EndsWith("/binding", StringComparison.Ordinal))
                    await SettleAsync(http, change.Path[..^"/binding".Length]);
            }

            foreach (WatchChange change in scenario.After())
                Assert.Equal(HttpStatusCode.Created, await SendAsync(http, change));
            return await Task.WhenAll(streams);
        }
        finally
        {
            foreach (WatchReader reader in readers)
                reader.Dispose();
        }
    }

    // A real server that still holds the pod as it was before may take a deletion that follows for one of a pod on no node, and end it immediately.
    private static async Task SettleAsync(HttpClient http, string pod)
    {
        string version = (string)JsonNode.Parse(await http.GetStringAsync(pod))!["metadata"]!["resourceVersion"]!;
        await http.GetStringAsync($"{pod}?resourceVersion={version}");
    }

    private static async Task<HttpStatusCode> SendAsync(HttpClient http, WatchChange change)
    {
        using var request = new HttpRequestMessage(new(change.Method), change.Path);
        if (change.Body is not null)
            request.Content = new StringContent(
                change.Body,
                Encoding.UTF8,
                change.Method == "PATCH" ? "application/merge-patch+json" : "application/json"
            );
        using HttpResponseMessage answer = await http.SendAsync(request);
        return answer.StatusCode;
    }
}
