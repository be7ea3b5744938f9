using System.Diagnostics;
using System.Text.Json.Nodes;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Tests.Http;

namespace NodeManager.Sandbox.Tests.Scale;

/// <summary>The watch of a client that reads slower than objects change is closed, as a real server does it, and no memory is kept for it.</summary>
[Collection("Memory")]
public sealed class SlowWatcherTests
{
    private const int Kept = 20;
    private const int Changes = 500;
    private const int Size = 200_000;
    private const long Allowance = 2 * Kept * Size + (32 * 1024 * 1024);

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task The_watch_of_a_client_that_does_not_read_is_closed_and_uses_no_memory()
    {
        using var served = new ServedCluster(logCapacity: Kept);
        served.Http.Timeout = Timeout.InfiniteTimeSpan;
        await ProveAsync(served.Cluster, served.Http);
    }

    [Fact]
    public async Task The_watch_of_a_reader_in_the_process_that_does_not_read_is_closed_and_uses_no_memory()
    {
        using SandboxCluster cluster = SandboxCluster.StartStill(new() { Nodes = 0 }, Kept);
        using var http = new HttpClient(cluster.CreateTransport()) { BaseAddress = cluster.Server, Timeout = Timeout.InfiniteTimeSpan };
        await ProveAsync(cluster, http);
    }

    [Fact]
    public async Task A_watch_does_not_retain_the_initial_objects()
    {
        const int Objects = Changes;
        using SandboxCluster cluster = SandboxCluster.StartStill(new() { Nodes = 0 }, Kept);
        using var http = new HttpClient(cluster.CreateTransport()) { BaseAddress = cluster.Server, Timeout = Timeout.InfiniteTimeSpan };
        long before = GC.GetTotalMemory(true);
        for (int i = 0; i < Objects; i++)
        {
            cluster.Registry.Create(
                BuiltInKinds.ConfigMaps,
                "default",
                new()
                {
                    ["metadata"] = new JsonObject { ["name"] = $"a-{i}" },
                    ["data"] = new JsonObject { ["text"] = new string('a', Size) },
                }
            );
        }

        HttpResponseMessage response = await http.GetAsync(
            "/api/v1/namespaces/default/configmaps?watch=true",
            HttpCompletionOption.ResponseHeadersRead
        );
        using var reader = new WatchReader(response, await response.Content.ReadAsStreamAsync());
        for (int i = 0; i < Objects; i++)
            Assert.Equal("ADDED", (string?)(await reader.NextAsync())!["type"]);
        for (int i = 0; i < Objects; i++)
        {
            cluster.Registry.Delete(BuiltInKinds.ConfigMaps, "default", $"a-{i}", DeletionRequest.Default);
            Assert.Equal($"DELETED a-{i}", await reader.NextTextAsync());
        }

        Assert.InRange(GC.GetTotalMemory(true) - before, long.MinValue, Allowance);
    }

    private static async Task ProveAsync(SandboxCluster cluster, HttpClient http)
    {
        cluster.Registry.Create(BuiltInKinds.ConfigMaps, "default", new() { ["metadata"] = new JsonObject { ["name"] = "a" } });
        string version = $"{cluster.Registry.Store.Version}";
        using WatchReader reader = await OpenAsync(http, version);
        long before = GC.GetTotalMemory(true);
        for (int i = 0; i < Changes; i++)
            Change(cluster, i);

        // The server continues writing until nothing more is taken: only then is what it still has to write of no concern to it.
        long start = Stopwatch.GetTimestamp();
        while (GC.GetTotalMemory(true) - before > Allowance)
        {
            Assert.True(
                Stopwatch.GetElapsedTime(start) < Limit,
                $"{(GC.GetTotalMemory(true) - before) / 1_000_000} MB of {Changes * (long)Size / 1_000_000} MB are kept for a watch that is not read."
            );
            await Task.Delay(50);
        }

        int seen = 0;
        while (await reader.NextAsync() is { } next)
        {
            // What came was without a gap.
            Assert.Equal($"{seen++}", (string?)next["object"]!["data"]!["number"]);
            version = (string)next["object"]!["metadata"]!["resourceVersion"]!;
        }

        Assert.InRange(seen, 0, Changes - 1);
        using WatchReader resumed = await OpenAsync(http, version);
        JsonObject error = (await resumed.NextAsync())!;
        Assert.Equal(
            ("ERROR", 410, "Expired"),
            ((string?)error["type"], (int)error["object"]!["code"]!, (string?)error["object"]!["reason"])
        );
    }

    private static async Task<WatchReader> OpenAsync(HttpClient http, string version)
    {
        HttpResponseMessage response = await http.GetAsync(
            $"/api/v1/namespaces/default/configmaps?watch=true&resourceVersion={version}",
            HttpCompletionOption.ResponseHeadersRead
        );
        return new(response, await response.Content.ReadAsStreamAsync());
    }

    private static void Change(SandboxCluster cluster, int number) =>
        cluster.Registry.Update(
            BuiltInKinds.ConfigMaps,
            "default",
            "a",
            document =>
            {
                document["data"] = new JsonObject { ["number"] = $"{number}", ["text"] = new string((char)('a' + (number % 26)), Size) };
                return document;
            }
        );
}
