using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Sandbox.Api.Reading;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Api.Requests;
using NodeManager.Sandbox.Model.Documents;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Store;
using NodeManager.Sandbox.Tests.Http;
using NodeManager.Testing;
using Xunit.Abstractions;

namespace NodeManager.Sandbox.Tests.Scale;

/// <summary>Many concurrent watchers over HTTP, each with its own connection.</summary>
[Collection("Memory")]
public sealed class WatcherTests(ITestOutputHelper output)
{
    private const int Watchers = 200;
    private const int Writers = 4;
    private const string Last = "last";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);
    private static readonly int Changes = ProofSize.Read("NODEMANAGER_WATCHED_CHANGES", 400);

    // What they watch, and which pods that is.
    private static readonly (string Query, Func<StoredObject, bool> Shows)[] Views =
    [
        ("/api/v1/pods?watch=true&resourceVersion=VERSION", static _ => true),
        (
            "/api/v1/namespaces/default/pods?watch=true&allowWatchBookmarks=true&resourceVersion=VERSION",
            static pod => pod.Namespace == "default"
        ),
        (
            "/api/v1/pods?watch=true&resourceVersion=VERSION&labelSelector=parity%3Deven",
            static pod => pod.Labels?.GetValueOrDefault("parity") == "even"
        ),
        (
            "/api/v1/pods?watch=true&resourceVersion=VERSION&fieldSelector=spec.nodeName%3Dnode",
            static pod => pod.Field("spec.nodeName") == "node"
        ),
    ];

    [Fact]
    public async Task Two_hundred_watchers_see_every_change_once_and_in_order()
    {
        using var served = new ServedCluster();
        served.Http.Timeout = Timeout.InfiniteTimeSpan;
        DocumentStore store = served.Cluster.Registry.Store;
        long version = store.Version;
        ChangeCursor cursor = store.OpenCursor(BuiltInKinds.Pods, version)!;
        WatchReader[] readers = await Task.WhenAll(
            Enumerable.Range(0, Watchers).Select(i => OpenAsync(served, Views[i % Views.Length].Query, version))
        );
        long start = Stopwatch.GetTimestamp();
        TimeSpan used = Process.GetCurrentProcess().TotalProcessorTime;
        Task<string[]>[] reading = [.. readers.Select(ReadAsync)];
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() => Write(served.Cluster.Registry, writer))));
        served.Cluster.Registry.Create(BuiltInKinds.Pods, "default", Pod(Last, "even", "node"));
        string[][] seen = await Task.WhenAll(reading).WaitAsync(Limit);
        TimeSpan lasted = Stopwatch.GetElapsedTime(start);

        List<Change> truth = [];
        while (cursor.TryRead(out Change? change))
            truth.Add(change);
        string[][] expected = [.. Views.Select(view => truth.SelectMany(change => Events(change, view.Shows)).ToArray())];
        Assert.All(expected, static events => Assert.True(events.Length > 20));
        for (int i = 0; i < Watchers; i++)
            Assert.Equal(expected[i % Views.Length], seen[i]);
        int events = seen.Sum(static one => one.Length);
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{truth.Count} changes, {events} events to {Watchers} watchers in {lasted.TotalSeconds:0.0} s, {events / lasted.TotalSeconds:0}/s; {(Process.GetCurrentProcess().TotalProcessorTime - used).TotalSeconds:0.0} s of processor time with writers and readers"
            )
        );
        foreach (WatchReader reader in readers)
            reader.Dispose();
    }

    [Fact]
    public void An_event_is_serialized_once_for_equal_watches()
    {
        using var cluster = new TestCluster();
        StoredObject pod = cluster.Cluster.Registry.Create(BuiltInKinds.Pods, "default", Pod("a", "even", "node"));
        StoredObject @event = cluster.Cluster.Registry.Create(
            BuiltInKinds.Events,
            "default",
            new()
            {
                ["metadata"] = new JsonObject { ["name"] = "e" },
                ["involvedObject"] = new JsonObject { ["namespace"] = "default" },
                ["reason"] = "Tested",
            }
        );
        EventBodies bodies = new();
        ResourcePath pods = new(BuiltInKinds.Pods, "v1", null, "", ""),
            events = new(BuiltInKinds.Events, "v1", null, "", "");
        Assert.True(bodies.Get(pods, pod, false) == bodies.Get(pods with { Namespace = "default" }, pod, false));
        Assert.False(bodies.Get(pods, pod, false) == bodies.Get(pods, pod, true));
        Assert.StartsWith(
            "{\"kind\":\"Event\",\"apiVersion\":\"v1\",",
            System.Text.Encoding.UTF8.GetString(bodies.Get(events, @event, false)),
            StringComparison.Ordinal
        );
    }

    private static async Task<WatchReader> OpenAsync(ServedCluster served, string query, long version)
    {
        HttpResponseMessage response = await served.Http.GetAsync(
            query.Replace("VERSION", version.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal),
            HttpCompletionOption.ResponseHeadersRead
        );
        return new(response, await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync());
    }

    private static async Task<string[]> ReadAsync(WatchReader reader)
    {
        List<string> events = [];
        while (await reader.NextLineAsync(Limit) is { } line)
        {
            using JsonDocument document = JsonDocument.Parse(line);
            string type = document.RootElement.GetProperty("type").GetString()!;
            if (type == "BOOKMARK")
                continue;
            JsonElement metadata = document.RootElement.GetProperty("object").GetProperty("metadata");
            string name = metadata.GetProperty("name").GetString()!;
            events.Add(
                $"{type} {metadata.GetProperty("namespace").GetString()}/{name} {metadata.GetProperty("resourceVersion").GetString()}"
            );
            if (name == Last)
                break;
        }

        return [.. events];
    }

    private static IEnumerable<string> Events(Change change, Func<StoredObject, bool> shows)
    {
        bool was = change.Previous is not null && shows(change.Previous),
            isNow = change.Type != ChangeType.Deleted && shows(change.Object);
        if (was || isNow)
            yield return $"{(!was ? "ADDED" : isNow ? "MODIFIED" : "DELETED")} {change.Object.Namespace}/{change.Object.Name} {change.Version}";
    }

    // Pods come, enter and leave what others watch, and go.
    private static void Write(ResourceRegistry registry, int writer)
    {
        for (int i = 0; i < Changes / Writers / 4; i++)
        {
            string ns = i % 3 == 0 ? "kube-system" : "default",
                name = $"pod-{writer}-{i}";
            registry.Create(BuiltInKinds.Pods, ns, Pod(name, i % 2 == 0 ? "even" : "odd", i % 5 == 0 ? "node" : "other"));
            Label(registry, ns, name, i % 2 == 0 ? "odd" : "even");
            Label(registry, ns, name, "even");
            registry.Delete(BuiltInKinds.Pods, ns, name, new() { GracePeriod = 0 });
        }
    }

    private static void Label(ResourceRegistry registry, string ns, string name, string parity) =>
        registry.Update(
            BuiltInKinds.Pods,
            ns,
            name,
            pod =>
            {
                JsonObject metadata = pod["metadata"]!.AsObject();
                metadata["labels"]!["parity"] = parity;
                JsonObject annotations = metadata.Ensure("annotations");
                annotations["writes"] = (annotations.Text("writes") ?? "") + "x";
                return pod;
            }
        );

    private static JsonObject Pod(string name, string parity, string node) =>
        new()
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["labels"] = new JsonObject { ["parity"] = parity },
            },
            ["spec"] = new JsonObject
            {
                ["nodeName"] = node,
                ["containers"] = new JsonArray(new JsonObject { ["name"] = "c", ["image"] = "i" }),
            },
        };
}
