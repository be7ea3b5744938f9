using System.Globalization;
using System.Text.Json.Nodes;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Model.Documents;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Kinds.Errors;
using NodeManager.Sandbox.Model.Store;

namespace NodeManager.Sandbox.Tests.Store;

public sealed class ConcurrencyTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task Concurrent_writers_of_one_object_lose_no_change()
    {
        using var cluster = new TestCluster();
        ResourceRegistry registry = cluster.Cluster.Registry;
        registry.Create(BuiltInKinds.Nodes, "", Named("a"));
        await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(_ =>
                    Task.Run(() =>
                    {
                        for (int i = 0; i < 250; i++)
                            registry.Update(BuiltInKinds.Nodes, "", "a", Count);
                    })
                )
        );
        Assert.Equal("1000", (string?)registry.Get(BuiltInKinds.Nodes, "", "a").ToJson()["metadata"]!["annotations"]!["count"]);
    }

    [Fact]
    public async Task One_of_two_writers_with_the_same_resourceVersion_is_refused()
    {
        using var cluster = new TestCluster();
        ResourceRegistry registry = cluster.Cluster.Registry;
        string version = registry.Create(BuiltInKinds.Nodes, "", Named("a")).Version.ToString(CultureInfo.InvariantCulture);
        int refused = 0;
        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(_ =>
                    Task.Run(() =>
                    {
                        try
                        {
                            registry.Update(
                                BuiltInKinds.Nodes,
                                "",
                                "a",
                                node =>
                                {
                                    node["metadata"]!["resourceVersion"] = version;
                                    return Count(node);
                                }
                            );
                        }
                        catch (ApiException refusal)
                        {
                            Assert.Equal(409, refusal.Code);
                            Interlocked.Increment(ref refused);
                        }
                    })
                )
        );
        Assert.Equal(7, refused);
    }

    [Fact]
    public async Task A_watch_under_concurrent_writers_sees_every_change_once_and_in_order()
    {
        const int Writers = 4,
            Rounds = 200;
        using var cluster = new TestCluster();
        ResourceRegistry registry = cluster.Cluster.Registry;
        DocumentStore store = registry.Store;
        long start = store.Version;
        Task writing = Task.WhenAll(
            Enumerable
                .Range(0, Writers)
                .Select(writer =>
                    Task.Run(() =>
                    {
                        string name = $"node{writer}";
                        for (int i = 0; i < Rounds; i++)
                        {
                            registry.Create(BuiltInKinds.Nodes, "", Named(name));
                            registry.Update(BuiltInKinds.Nodes, "", name, Count);
                            registry.Delete(BuiltInKinds.Nodes, "", name, DeletionRequest.Default);
                        }
                    })
                )
        );

        using var timeout = new CancellationTokenSource(Timeout);
        var seen = new List<Change>();
        await foreach (Change change in store.WatchAsync(BuiltInKinds.Nodes, start, timeout.Token))
        {
            seen.Add(change);
            if (seen.Count == Writers * Rounds * 3)
                break;
        }

        await writing;
        Assert.Equal(seen.Select(change => change.Version).Distinct().Order(), seen.Select(change => change.Version));
        ChangeType[] cycle = [ChangeType.Added, ChangeType.Modified, ChangeType.Deleted];
        foreach (IGrouping<string, Change> node in seen.GroupBy(change => change.Object.Name))
            Assert.Equal(Enumerable.Repeat(cycle, Rounds).SelectMany(types => types), node.Select(change => change.Type));
    }

    [Fact]
    public async Task A_list_and_the_watch_from_its_resourceVersion_are_complete()
    {
        using var cluster = new TestCluster();
        ResourceRegistry registry = cluster.Cluster.Registry;
        using var stop = new CancellationTokenSource();
        Task writing = Task.Run(() =>
        {
            for (int i = 0; !stop.IsCancellationRequested; i++)
            {
                string name = $"node{i % 50}";
                if (registry.Store.Get(BuiltInKinds.Nodes, "", name) is null)
                    registry.Create(BuiltInKinds.Nodes, "", Named(name));
                else
                    registry.Delete(BuiltInKinds.Nodes, "", name, DeletionRequest.Default);
            }
        });

        int complete = 0;
        for (int round = 0; round < 100; round++)
        {
            Snapshot list = registry.Store.List(BuiltInKinds.Nodes);
            // On a busy machine the writer can be ahead by everything that the log holds: before the first read, or before a later one.
            ChangeCursor? cursor = registry.Store.OpenCursor(BuiltInKinds.Nodes, list.Version);
            var known = list.Objects.Walk().ToDictionary(item => item.Name, item => item.Uid);
            int read = 0;
            while (read < 50 && cursor is { IsExpired: false })
            {
                if (!cursor.TryRead(out Change? change))
                {
                    await cursor.WaitAsync(CancellationToken.None).AsTask().WaitAsync(Timeout);
                    continue;
                }

                read++;
                Assert.True(change.Version > list.Version);
                if (change.Type == ChangeType.Added)
                    Assert.True(known.TryAdd(change.Object.Name, change.Object.Uid));
                else
                    Assert.True(known.Remove(change.Object.Name));
            }

            if (read == 50)
                complete++;
        }

        Assert.NotEqual(0, complete);
        await stop.CancelAsync();
        await writing;
    }

    [Fact]
    public void Indexes_by_owner_and_field_follow_the_objects()
    {
        using var cluster = new TestCluster();
        ResourceRegistry registry = cluster.Cluster.Registry;
        JsonObject pod = Pod("a");
        pod["metadata"]!["ownerReferences"] = new JsonArray(
            new JsonObject
            {
                ["apiVersion"] = "apps/v1",
                ["kind"] = "ReplicaSet",
                ["name"] = "owner",
                ["uid"] = "u1",
            }
        );
        registry.Create(BuiltInKinds.Pods, "default", pod);
        registry.Create(BuiltInKinds.Pods, "default", Pod("b"));

        Assert.Equal(["a"], registry.Store.Dependents("u1").Select(item => item.Name));
        Assert.Equal(["a", "b"], registry.Store.ListBy(BuiltInKinds.Pods, "spec.nodeName", "").Select(item => item.Name).Order());
        registry.Bind("default", "a", "node1");
        Assert.Equal(["a"], registry.Store.ListBy(BuiltInKinds.Pods, "spec.nodeName", "node1").Select(item => item.Name));
        Assert.Equal(["b"], registry.Store.ListBy(BuiltInKinds.Pods, "spec.nodeName", "").Select(item => item.Name));
        registry.Delete(BuiltInKinds.Pods, "default", "a", new() { GracePeriod = 0 });
        Assert.Empty(registry.Store.Dependents("u1"));
        Assert.Empty(registry.Store.ListBy(BuiltInKinds.Pods, "spec.nodeName", "node1"));
    }

    private static JsonObject Named(string name) => new() { ["metadata"] = new JsonObject { ["name"] = name } };

    private static JsonObject Pod(string name)
    {
        JsonObject pod = Named(name);
        pod["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = "c", ["image"] = "i" }) };
        return pod;
    }

    private static JsonObject Count(JsonObject node)
    {
        JsonObject annotations = node["metadata"]!.AsObject().Ensure("annotations");
        annotations["count"] = (int.Parse(annotations.Text("count") ?? "0", CultureInfo.InvariantCulture) + 1).ToString(
            CultureInfo.InvariantCulture
        );
        return node;
    }
}
