using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Ownership;
using NodeManager.Sandbox.Model.Resources;
using NodeManager.Sandbox.Model.Store;

namespace NodeManager.Sandbox.Tests.Store;

/// <summary>The log of changes is bounded, and so is everything that reads it.</summary>
public sealed class ChangeLogTests
{
    private const int Kept = 8;
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    [Fact]
    public void Readers_that_do_not_read_keep_no_version_alive()
    {
        using var cluster = new TestCluster(logCapacity: Kept);
        ResourceRegistry registry = cluster.Cluster.Registry;
        long start = registry.Create(BuiltInKinds.ConfigMaps, "default", Map("a", 0)).Version;
        ChangeCursor cursor = registry.Store.OpenCursor(BuiltInKinds.ConfigMaps, start)!;
        ChangeFollower follower = new(registry.Store, BuiltInKinds.ConfigMaps);
        Assert.Single(follower.Begin());
        List<WeakReference> versions = Change(registry, 200);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        // Each kept change has its version and the one before.
        Assert.InRange(versions.Count(static one => one.IsAlive), 1, Kept + 1);
        Assert.True(cursor.IsExpired);
        Assert.False(cursor.TryRead(out _));
        Assert.True(cursor.WaitAsync(CancellationToken.None).AsTask().IsCompletedSuccessfully);
        Assert.Null(registry.Store.OpenCursor(BuiltInKinds.ConfigMaps, start));
        GC.KeepAlive(follower);
    }

    [Fact]
    public void A_reader_within_the_bound_reads_every_change()
    {
        using var cluster = new TestCluster(logCapacity: Kept);
        ResourceRegistry registry = cluster.Cluster.Registry;
        long start = registry.Create(BuiltInKinds.ConfigMaps, "default", Map("a", 0)).Version;
        ChangeCursor cursor = registry.Store.OpenCursor(BuiltInKinds.ConfigMaps, start)!;
        List<long> seen = [];
        for (int i = 1; i <= 100; i++)
        {
            Set(registry, "a", i);
            if (i % Kept == 0)
                seen.AddRange(ReadAll(cursor));
        }

        seen.AddRange(ReadAll(cursor));
        Assert.Equal(Enumerable.Range(1, 100).Select(i => start + i), seen);
        Assert.False(cursor.IsExpired);
    }

    [Fact]
    public void A_version_resumes_exactly_after_it()
    {
        using var cluster = new TestCluster(logCapacity: Kept);
        ResourceRegistry registry = cluster.Cluster.Registry;
        long start = registry.Create(BuiltInKinds.ConfigMaps, "default", Map("a", 0)).Version;
        for (int i = 1; i <= 20; i++)
            Set(registry, "a", i);
        for (long version = start; version <= start + 20; version++)
        {
            ChangeCursor? cursor = registry.Store.OpenCursor(BuiltInKinds.ConfigMaps, version);
            if (version < start + 20 - Kept)
                Assert.Null(cursor);
            else
                Assert.Equal(Enumerable.Range(1, (int)(start + 20 - version)).Select(i => version + i), ReadAll(cursor!));
        }
    }

    [Fact]
    public void The_bytes_of_outdated_objects_are_bounded()
    {
        DocumentObject item = new(BuiltInKinds.ConfigMaps, Map("a", 0), ManagedFields.None);
        long bytes = item.RetainedBytes;
        Assert.True(bytes > item.Json.Length);
        var log = new ChangeLog(1000, 10 * bytes, 0);
        for (int i = 1; i <= 100; i++)
            log.Append(new(ChangeType.Modified, item, item, i));
        Assert.Equal(10, log.Next - log.First);

        // What exists anyway costs nothing; a change that is larger than the bound is kept alone.
        for (int i = 101; i <= 200; i++)
            log.Append(new(ChangeType.Added, item, null, i));
        Assert.Equal(110, log.Next - log.First);
        var small = new ChangeLog(1000, bytes - 1, 0);
        for (int i = 1; i <= 3; i++)
            small.Append(new(ChangeType.Modified, item, item, i));
        Assert.Equal(1, small.Next - small.First);
    }

    [Fact]
    public void The_logs_of_all_kinds_together_are_bounded_and_drop_the_oldest_change_first()
    {
        using var cluster = new TestCluster();
        ResourceRegistry registry = cluster.Cluster.Registry;
        string text = new('x', 200_000);
        ResourceKind[] kinds = [BuiltInKinds.ConfigMaps, BuiltInKinds.Secrets, BuiltInKinds.ServiceAccounts];
        long start = 0;
        foreach (ResourceKind kind in kinds)
            start = registry
                .Create(
                    kind,
                    "default",
                    Annotate(
                        new()
                        {
                            ["metadata"] = new JsonObject { ["name"] = "large", ["namespace"] = "default" },
                        },
                        0
                    )
                )
                .Version;
        for (int i = 1; i <= 300; i++)
            foreach (ResourceKind kind in kinds)
                registry.Update(kind, "default", "large", document => Annotate(document, i));

        // 172 MiB were replaced, and the limits of the three kinds are together above the limit of all.
        Assert.InRange(registry.Store.KeptLogBytes, DocumentStore.AllLogBytes - (4 << 20), DocumentStore.AllLogBytes);
        Assert.All(kinds, kind => Assert.Null(registry.Store.OpenCursor(kind, start)));
        Assert.All(kinds, kind => Assert.NotNull(registry.Store.OpenCursor(kind, registry.Store.Version - 60)));

        JsonObject Annotate(JsonObject document, int value)
        {
            document["metadata"]!["annotations"] = new JsonObject { ["text"] = text, ["value"] = $"{value}" };
            return document;
        }
    }

    [Fact]
    public async Task A_follower_that_fell_behind_reads_the_difference()
    {
        using var cluster = new TestCluster(logCapacity: Kept);
        ResourceRegistry registry = cluster.Cluster.Registry;
        foreach (string name in (string[])["same", "changed", "gone", "other"])
            registry.Create(BuiltInKinds.ConfigMaps, "default", Map(name, 0));
        ChangeFollower follower = new(registry.Store, BuiltInKinds.ConfigMaps);
        Assert.Equal(["changed", "gone", "other", "same"], follower.Begin().Select(static item => item.Name));
        registry.Delete(BuiltInKinds.ConfigMaps, "default", "gone", DeletionRequest.Default);
        registry.Delete(BuiltInKinds.ConfigMaps, "default", "other", DeletionRequest.Default);
        registry.Create(BuiltInKinds.ConfigMaps, "default", Map("other", 1));
        registry.Create(BuiltInKinds.ConfigMaps, "default", Map("new", 1));
        for (int i = 1; i <= 20; i++)
            Set(registry, "changed", i);

        using var stop = new CancellationTokenSource(Timeout);
        await using IAsyncEnumerator<Change> changes = follower.ReadAsync(stop.Token).GetAsyncEnumerator(stop.Token);
        Assert.Equal(
            ["Added new", "Added other", "Deleted gone", "Deleted other", "Modified changed 20"],
            (await TakeAsync(changes, 5)).Order(StringComparer.Ordinal)
        );
        Set(registry, "new", 2);
        Assert.Equal(["Modified new 2"], await TakeAsync(changes, 1));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static List<WeakReference> Change(ResourceRegistry registry, int times)
    {
        List<WeakReference> versions = [];
        for (int i = 1; i <= times; i++)
            versions.Add(new(Set(registry, "a", i)));
        return versions;
    }

    private static List<long> ReadAll(ChangeCursor cursor)
    {
        List<long> seen = [];
        while (cursor.TryRead(out Change? change))
            seen.Add(change.Version);
        return seen;
    }

    private static async Task<List<string>> TakeAsync(IAsyncEnumerator<Change> changes, int count)
    {
        List<string> seen = [];
        while (seen.Count < count)
        {
            Assert.True(await changes.MoveNextAsync());
            Change change = changes.Current;
            string number = change.Type == ChangeType.Modified ? $" {change.Object.ToJson()["data"]!["number"]}" : "";
            seen.Add($"{change.Type} {change.Object.Name}{number}");
        }

        return seen;
    }

    private static StoredObject Set(ResourceRegistry registry, string name, int number) =>
        registry.Update(
            BuiltInKinds.ConfigMaps,
            "default",
            name,
            document =>
            {
                document["data"] = new JsonObject { ["number"] = $"{number}" };
                return document;
            }
        );

    private static JsonObject Map(string name, int number) =>
        new()
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "default" },
            ["data"] = new JsonObject { ["number"] = $"{number}" },
        };
}
