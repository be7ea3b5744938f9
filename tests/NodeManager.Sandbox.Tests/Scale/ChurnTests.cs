using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Tests.Http;
using NodeManager.Testing;
using Xunit.Abstractions;

namespace NodeManager.Sandbox.Tests.Scale;

/// <summary>
/// Everything that clients do, again and again, on a live cluster: afterwards, when what was made is gone and events have expired, it holds
/// no more than before. Its clock runs fast, so that an hour of events passes in seconds.
/// </summary>
[Collection("Memory")]
public sealed class ChurnTests(ITestOutputHelper output)
{
    private const int Clients = 4;
    private const int WarmUp = 100;
    private const int LeastRounds = 240;
    private const int LogCapacity = 64;

    // Of a long proof: what grows in all of them is a leak, what grows in the first ones are tables that fill up.
    private const int Parts = 6;

    // Kept once a round, this alone is more than what is allowed.
    private const int PodBytes = 64 * 1024;
    private const long Allowance = 8 * 1024 * 1024;

    // The tables of shared texts and field sets have a fixed size, and fill up.
    private const long Tables = 24 * 1024 * 1024;
    private const int RoundsToFillTables = 16 * 1024;

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Lasting = TimeSpan.FromSeconds(ProofSize.Read("NODEMANAGER_CHURN_SECONDS", 0));

    [Fact]
    public async Task Memory_does_not_grow_under_constant_change()
    {
        using var served = new ServedCluster(
            SandboxCluster.Start(new() { Nodes = 3, Speed = SandboxOptions.MaximumSpeed }, LogCapacity),
            null
        );
        served.Http.DefaultRequestHeaders.UserAgent.Add(new("churn", "1"));
        await ChurnAsync(served, WarmUp, TimeSpan.Zero);
        Footprint before = await RestAsync(served);
        Footprint after = before;
        output.WriteLine($"before {before}");
        int parts = Lasting > TimeSpan.Zero ? Parts : 1,
            rounds = 0;
        for (int i = 0; i < parts; i++)
        {
            int part = await ChurnAsync(served, LeastRounds / parts, Lasting / parts);
            rounds += part;
            after = await RestAsync(served);
            output.WriteLine($"after {part} rounds {after}");
        }

        Assert.Equal(before.Pods, after.Pods);
        Assert.InRange(
            after.Bytes - before.Bytes,
            long.MinValue,
            Allowance + (Tables * Math.Min(rounds, RoundsToFillTables) / RoundsToFillTables)
        );
        Assert.InRange(after.Handles - before.Handles, int.MinValue, 24);
        Assert.InRange(after.Threads - before.Threads, int.MinValue, 24);
        Assert.Empty(served.Cluster.Controllers!.Faults);
    }

    private static async Task<int> ChurnAsync(ServedCluster served, int least, TimeSpan lasting)
    {
        long start = Stopwatch.GetTimestamp();
        int rounds = 0;
        await Task.WhenAll(
            Enumerable
                .Range(0, Clients)
                .Select(_ =>
                    Task.Run(async () =>
                    {
                        while (true)
                        {
                            int round = Interlocked.Increment(ref rounds);
                            if (round > least && Stopwatch.GetElapsedTime(start) >= lasting)
                                return;
                            await RoundAsync(served.Http, $"churn-{round}", round);
                        }
                    })
                )
        );
        return rounds - Clients;
    }

    private static async Task RoundAsync(HttpClient http, string name, int round)
    {
        const string Pods = "/api/v1/namespaces/default/pods";
        Task<Stream>? watching = round % 4 == 0 ? http.GetStreamAsync(Pods + "?watch=true&allowWatchBookmarks=true") : null;
        await SendAsync(
            http,
            HttpMethod.Post,
            Pods,
            $$"""
            {"metadata":{"name":"{{name}}","labels":{"app":"{{name}}"},"annotations":{"text":"{{new string('x', PodBytes)}}"} },
            "spec":{"containers":[{"name":"c","image":"registry.example.com/{{name}}"}]} }
            """
        );
        await SendAsync(
            http,
            HttpMethod.Patch,
            $"{Pods}/{name}?fieldManager={name}",
            """{"metadata":{"labels":{"round":"1"}}}""",
            "application/merge-patch+json"
        );
        await SendAsync(
            http,
            HttpMethod.Patch,
            $"{Pods}/{name}?fieldManager=apply-{name}",
            $$"""
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"{{name}}","annotations":{"{{name}}":"applied"} } }
            """,
            "application/apply-patch+yaml"
        );
        await SendAsync(
            http,
            HttpMethod.Post,
            "/api/v1/namespaces/default/events",
            $$"""
            {"metadata":{"name":"{{name}}"},"involvedObject":{"kind":"Pod","namespace":"default","name":"{{name}}"},"reason":"Churned","message":"{{new string(
                'y',
                1000
            )}}"}
            """
        );
        await SendAsync(
            http,
            HttpMethod.Post,
            "/apis/coordination.k8s.io/v1/namespaces/default/leases",
            $$"""{"metadata":{"name":"{{name}}"},"spec":{"holderIdentity":"{{name}}"} }"""
        );
        await SendAsync(
            http,
            HttpMethod.Patch,
            $"/apis/coordination.k8s.io/v1/namespaces/default/leases/{name}",
            """{"spec":{"leaseTransitions":1}}""",
            "application/merge-patch+json"
        );
        await ReadAsTokenHolderAsync(http);
        JsonObject page = await SendAsync(http, HttpMethod.Get, "/api/v1/pods?limit=1");
        await SendAsync(http, HttpMethod.Get, $"/api/v1/pods?limit=1&continue={(string?)page["metadata"]!["continue"]}");
        if (watching is not null)
            await CutAsync(await watching);
        await SendAsync(http, HttpMethod.Delete, $"{Pods}/{name}?gracePeriodSeconds=0");
        await SendAsync(http, HttpMethod.Delete, $"/apis/coordination.k8s.io/v1/namespaces/default/leases/{name}");
    }

    private static async Task ReadAsTokenHolderAsync(HttpClient http)
    {
        JsonObject issued = await SendAsync(
            http,
            HttpMethod.Post,
            "/api/v1/namespaces/default/serviceaccounts/default/token",
            """{"spec":{"expirationSeconds":3600}}"""
        );
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/namespaces/default");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", (string?)issued["status"]!["token"]);
        using HttpResponseMessage answer = await http.SendAsync(request);
        Assert.True(answer.IsSuccessStatusCode);
    }

    // As a client that goes away in the midst of it.
    private static async Task CutAsync(Stream watch)
    {
        await using (watch)
            Assert.NotEqual(0, await watch.ReadAsync(new byte[100]));
    }

    private static async Task<JsonObject> SendAsync(
        HttpClient http,
        HttpMethod method,
        string path,
        string? body = null,
        string type = "application/json"
    )
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, type);
        using HttpResponseMessage answer = await http.SendAsync(request);
        JsonObject read = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject();
        Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {read["message"]}");
        return read;
    }

    // What was made is gone, and so are the events about it.
    private static async Task<Footprint> RestAsync(ServedCluster served)
    {
        long start = Stopwatch.GetTimestamp();
        while (served.Cluster.Registry.Store.List(BuiltInKinds.Events).Objects.Walk("default").Any())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Timeout, "events do not expire");
            await Task.Delay(50);
        }

        return Footprint.Take(served.Cluster);
    }

    private sealed record Footprint(long Bytes, int Handles, int Threads, int Pods, int Events)
    {
        public static Footprint Take(SandboxCluster cluster)
        {
            for (int i = 0; i < 3; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }

            using var process = Process.GetCurrentProcess();
            return new(
                GC.GetTotalMemory(true),
                process.HandleCount,
                process.Threads.Count,
                cluster.Registry.Store.List(BuiltInKinds.Pods).Objects.Count,
                cluster.Registry.Store.List(BuiltInKinds.Events).Objects.Count
            );
        }

        public override string ToString() =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"{Bytes / 1048576.0:0.0} MB managed, {Handles} handles (files, sockets), {Threads} threads, {Pods} pods, {Events} events"
            );
    }
}
