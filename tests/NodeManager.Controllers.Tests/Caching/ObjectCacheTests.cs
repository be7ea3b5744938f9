using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using NodeManager.Controllers.Caching;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Testing;
using static NodeManager.Controllers.Tests.FakeApi;

namespace NodeManager.Controllers.Tests.Caching;

public sealed class ObjectCacheTests : IDisposable
{
    private static readonly ObjectIndex<Pod> ByOwner =
            new(static pod => pod.Metadata.OwnerReferences?.Find(static owner => owner.Controller == true) is { } owner ? [owner.Uid] : []),
        ByLabel = new(static pod => (pod.Metadata.Labels ?? []).Select(static label => $"{label.Key}={label.Value}"));

    private readonly FakeApi _api = new();
    private readonly FaultInjectionHandler _faults = new();
    private readonly KubernetesClient _client;
    private readonly ObjectCaches _caches;

    public ObjectCacheTests()
    {
        _client = _api.Connect(TimeProvider.System, _faults);
        _caches = FakeApi.Caches(_client);
    }

    public void Dispose()
    {
        _caches.Dispose();
        _client.Dispose();
    }

    [Fact]
    public async Task A_reader_gets_the_state_and_the_next_change()
    {
        _api.Pods.Put(Pod("p1", "n1"));
        ObjectCache<Pod> cache = await OpenAsync();
        (Pod? pod, Task changed) = cache.Observe("uid-p1");
        Assert.NotNull(pod);

        _api.Pods.Remove("p1");
        await changed.WaitAsync(Eventually.Limit);

        Assert.Null(cache.Find("uid-p1"));
        Assert.Null(cache.Find("shop", "p1"));
    }

    [Fact]
    public async Task No_change_is_lost_between_reading_and_waiting()
    {
        _api.Pods.Put(Pod("p1", "n1", app: "0"));
        ObjectCache<Pod> cache = await OpenAsync();
        Task changing = Task.Run(() =>
        {
            for (int i = 1; i <= 500; i++)
                _api.Pods.Change("p1", pod => pod["metadata"]!["labels"]!["app"] = $"{i}");
        });

        // Were one missed, the last of them in particular, this would wait for ever.
        Task[] waiters =
        [
            .. Enumerable
                .Range(0, 8)
                .Select(_ => cache.UntilAsync("uid-p1", pod => pod!.Metadata.Labels!["app"] == "500", CancellationToken.None)),
        ];
        await Task.WhenAll([changing, .. waiters]).WaitAsync(Eventually.Limit);
    }

    [Fact]
    public async Task Indexes_follow_the_objects()
    {
        _api.Pods.Put(Pod("p1", "n1", owner: "rs1", app: "web"));
        _api.Pods.Put(Pod("p2", "n1", owner: "rs2", app: "web"));
        ObjectCache<Pod> cache = await OpenAsync();
        Assert.Equal(["p1", "p2"], Names(cache.FindAll(PodIndexes.ByNode, "n1")));
        Assert.Equal(["p1"], Names(cache.FindAll(ByOwner, "rs1")));
        Assert.Equal(["p1", "p2"], Names(cache.FindAll(ByLabel, "app=web")));

        Task ofFirst = cache.Observe(PodIndexes.ByNode, "n1").Changed,
            ofSecond = cache.Observe(PodIndexes.ByNode, "n2").Changed;
        _api.Pods.Put(Pod("p1", "n2", owner: "rs2", app: "api"));
        await Task.WhenAll(ofFirst, ofSecond).WaitAsync(Eventually.Limit);

        Assert.Equal(["p2"], Names(cache.FindAll(PodIndexes.ByNode, "n1")));
        Assert.Equal(["p1"], Names(cache.FindAll(PodIndexes.ByNode, "n2")));
        Assert.Equal(["p1", "p2"], Names(cache.FindAll(ByOwner, "rs2")));
        Assert.Empty(cache.FindAll(ByOwner, "rs1"));
        Assert.Equal(["p1"], Names(cache.FindAll(ByLabel, "app=api")));
    }

    [Fact]
    public async Task A_wait_for_a_key_ends_only_with_a_change_of_that_key()
    {
        _api.Pods.Put(Pod("p1", "n1"));
        ObjectCache<Pod> cache = await OpenAsync();
        Task other = cache.Observe(PodIndexes.ByNode, "n2").Changed,
            here = cache.Observe(PodIndexes.ByNode, "n1").Changed;

        _api.Pods.Remove("p1");
        await here.WaitAsync(Eventually.Limit);

        Assert.False(other.IsCompleted);
    }

    [Fact]
    public async Task Handlers_receive_existing_objects_and_each_change_once_and_in_order()
    {
        _api.Pods.Put(Pod("p1", "n1"));
        ObjectCache<Pod> cache = await OpenAsync();
        ConcurrentQueue<string> early = [],
            late = [];
        using IDisposable failing = cache.Subscribe(static _ => throw new InvalidOperationException("a handler's own fault"));
        using IDisposable first = cache.Subscribe(change => early.Enqueue(Text(change)));
        _api.Pods.Change("p1", static pod => pod["metadata"]!["labels"] = new JsonObject { ["a"] = "b" });
        await Eventually.HoldsAsync(() => early.Count == 2);
        using IDisposable second = cache.Subscribe(change => late.Enqueue(Text(change)));
        _api.Pods.Remove("p1");
        await Eventually.HoldsAsync(() => late.Count == 2);

        Assert.Equal(["Added p1", "Modified p1", "Deleted p1"], early);
        Assert.Equal(["Added p1", "Deleted p1"], late);
    }

    [Fact]
    public async Task A_removed_handler_receives_no_changes()
    {
        ObjectCache<Pod> cache = await OpenAsync();
        int told = 0;
        cache.Subscribe(_ => told++).Dispose();
        Task changed = cache.Changed();

        _api.Pods.Put(Pod("p1", "n1"));
        await changed.WaitAsync(Eventually.Limit);

        Assert.Equal(0, told);
    }

    [Fact]
    public async Task After_a_410_only_the_difference_is_reported()
    {
        foreach (string name in (string[])["stays", "goes", "changes", "again"])
            _api.Pods.Put(Pod(name, "n1"));
        ObjectCache<Pod> cache = await OpenAsync();
        ConcurrentQueue<string> told = [];
        using IDisposable _ = cache.Subscribe(change => told.Enqueue(Text(change)));
        await _api.WithoutWatchAsync(
            isForgotten: true,
            () =>
            {
                _api.Pods.Remove("goes");
                _api.Pods.Put(Pod("changes", "n2"));
                _api.Pods.Remove("again");
                _api.Pods.Put(Pod("again", "n1", uid: "another"));
                _api.Pods.Put(Pod("comes", "n1"));
                return Task.CompletedTask;
            }
        );
        await Eventually.HoldsAsync(() => told.Count >= 9);
        _api.Pods.Put(Pod("last", "n1"));
        await Eventually.HoldsAsync(() => told.Contains("Added last"));

        Assert.Equal(
            ["Added again", "Added comes", "Deleted again", "Deleted goes", "Modified changes"],
            told.Skip(4).Where(static text => text != "Added last").Order(StringComparer.Ordinal)
        );
        Assert.Equal(["again", "changes", "comes", "last", "stays"], Names(cache.Items));
    }

    [Fact]
    public async Task An_interrupted_watch_resumes_without_a_list()
    {
        _api.Pods.Put(Pod("p1", "n1"));
        ObjectCache<Pod> cache = await OpenAsync();
        ConcurrentQueue<string> told = [];
        using IDisposable _ = cache.Subscribe(change => told.Enqueue(Text(change)));
        await Eventually.HoldsAsync(() => _api.Pods.Watches == 1);
        _api.Pods.Put(Pod("p2", "n1"));
        _api.Pods.Cut();
        _api.Pods.Remove("p1");
        await Eventually.HoldsAsync(() => told.Count == 3);

        Assert.Equal(["Added p1", "Added p2", "Deleted p1"], told);
        Assert.Equal(1, _api.CountOf("GET"));
    }

    [Fact]
    public async Task Without_the_watch_verb_the_cache_lists_periodically()
    {
        ManualTimeProvider time = new();
        using KubernetesClient client = _api.Connect(time);
        using ObjectCaches caches = FakeApi.Caches(client);
        _api.Denied.Add("WATCH");
        _api.Pods.Put(Pod("p1", "n1"));
        using CacheUse<Pod> use = caches.Open(Resources.Pods, new());
        await use.Cache.Synced.WaitAsync(Eventually.Limit);
        ConcurrentQueue<string> told = [];
        using IDisposable _ = use.Cache.Subscribe(change => told.Enqueue(Text(change)));
        _api.Pods.Put(Pod("p2", "n1"));
        _api.Pods.Remove("p1");

        await Eventually.HoldsAsync(() => time.Waiting > 0);
        time.Advance(TimeSpan.FromSeconds(12));
        await Eventually.HoldsAsync(() => told.Count == 3);

        Assert.Equal(["Added p1", "Added p2", "Deleted p1"], told);
        // Each list is followed by another attempt: the permission may come back.
        await Eventually.HoldsAsync(() => _api.CountOf("WATCH") == 2);
        Assert.True(use.Cache.IsCurrent);
    }

    [Fact]
    public async Task Objects_read_directly_are_available_before_the_watch_reports_them()
    {
        ObjectCache<Pod> cache = await OpenAsync();
        ConcurrentQueue<string> told = [];
        using IDisposable _ = cache.Subscribe(change => told.Enqueue(Text(change)));
        await _api.WithoutWatchAsync(
            isForgotten: false,
            async () =>
            {
                _api.Pods.Put(Pod("p1", "n1"));
                KubernetesList<Pod> list = await _client.ListAsync(Resources.Pods, new(), CancellationToken.None);

                cache.AddOrUpdate(list.Items);

                Assert.NotNull(cache.Find("uid-p1"));
                _api.Pods.Remove("p1");
                _api.Pods.Put(Pod("p2", "n1"));
            }
        );
        await Eventually.HoldsAsync(() => cache.Find("uid-p2") is not null);
        Assert.Equal(["Added p1", "Deleted p1", "Added p2"], told);
    }

    [Fact]
    public async Task Objects_that_the_watch_reported_as_deleted_are_not_added_again()
    {
        _api.Pods.Put(Pod("p1", "n1"));
        ObjectCache<Pod> cache = await OpenAsync();
        KubernetesList<Pod> list = await _client.ListAsync(Resources.Pods, new(), CancellationToken.None);
        Task changed = cache.Changed();
        _api.Pods.Remove("p1");
        await changed.WaitAsync(Eventually.Limit);

        cache.AddOrUpdate(list.Items);

        Assert.Null(cache.Find("uid-p1"));
    }

    [Fact]
    public async Task An_added_object_is_removed_when_a_newer_list_lacks_it()
    {
        ObjectCache<Pod> cache = await OpenAsync();
        await _api.WithoutWatchAsync(
            isForgotten: true,
            async () =>
            {
                _api.Pods.Put(Pod("p1", "n1"));
                KubernetesList<Pod> list = await _client.ListAsync(Resources.Pods, new(), CancellationToken.None);
                cache.AddOrUpdate(list.Items);
                Assert.NotNull(cache.Find("uid-p1"));
                _api.Pods.Remove("p1");
            }
        );

        await Eventually.HoldsAsync(() => cache.Find("uid-p1") is null);
    }

    [Fact]
    public async Task Catching_up_shows_changes_before_the_watch_and_reports_them_once()
    {
        _api.Pods.Put(Pod("goes", "n1"));
        _api.Pods.Put(Pod("stays", "n1"));
        ObjectCache<Pod> cache = await OpenAsync();
        ConcurrentQueue<string> told = [];
        using IDisposable _ = cache.Subscribe(change => told.Enqueue(Text(change)));
        await _api.WithoutWatchAsync(
            isForgotten: false,
            async () =>
            {
                _api.Pods.Change("goes", static pod => pod["metadata"]!["labels"] = new JsonObject { ["a"] = "b" });
                _api.Pods.Remove("goes");
                _api.Pods.Put(Pod("comes", "n1"));
                using CacheUse<Pod> late = _caches.Open(Resources.Pods, new());

                await late.CatchUpAsync(CancellationToken.None).WaitAsync(Eventually.Limit);

                Assert.Same(cache, late.Cache);
                Assert.Equal(["comes", "stays"], Names(cache.Items));
            }
        );

        _api.Pods.Put(Pod("last", "n1"));
        await Eventually.HoldsAsync(() => told.Contains("Added last"));
        Assert.Equal(["Deleted goes", "Added comes", "Added last"], told.Skip(2));
        Assert.Equal(["comes", "last", "stays"], Names(cache.Items));
    }

    [Fact]
    public async Task Opening_a_cache_lists_once()
    {
        using CacheUse<Pod> use = _caches.Open(Resources.Pods, new());

        await use.CatchUpAsync(CancellationToken.None).WaitAsync(Eventually.Limit);

        Assert.Equal(1, _api.CountOf("GET"));
    }

    [Fact]
    public async Task A_removed_handler_receives_no_change_after_concurrent_subscriptions()
    {
        ObjectCache<Pod> cache = await OpenAsync();
        int removed = 0,
            live = 0;
        await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(_ =>
                    Task.Run(() =>
                    {
                        for (int i = 0; i < 20_000; i++)
                            cache.Subscribe(_ => Interlocked.Add(ref removed, i + 1)).Dispose();
                    })
                )
        );
        using IDisposable _ = cache.Subscribe(_ => Interlocked.Increment(ref live));

        _api.Pods.Put(Pod("p1", "n1"));

        await Eventually.HoldsAsync(() => Volatile.Read(ref live) == 1);
        Assert.Equal(0, removed);
    }

    [Fact]
    public async Task A_recreated_object_is_reported_as_deleted_and_added()
    {
        _api.Pods.Put(Pod("p1", "n1"));
        ObjectCache<Pod> cache = await OpenAsync();
        (_, Task changed) = cache.Observe("uid-p1");
        _api.Pods.Put(Pod("p1", "n1", uid: "another"));

        await changed.WaitAsync(Eventually.Limit);

        Assert.Null(cache.Find("uid-p1"));
        Assert.Equal("another", cache.Find("shop", "p1")?.Metadata.Uid);
    }

    [Fact]
    public async Task A_refused_list_fails_all_waiters_and_the_next_user_gets_a_new_cache()
    {
        _api.Denied.Add("GET");
        using CacheUse<Pod> refused = _caches.Open(Resources.Pods, new());
        await Assert.ThrowsAsync<KubernetesException>(() => refused.Cache.Synced.WaitAsync(Eventually.Limit));
        await Assert.ThrowsAsync<KubernetesException>(() => refused.Cache.Observe("uid-p1").Changed.WaitAsync(Eventually.Limit));

        _api.Denied.Clear();
        using CacheUse<Pod> next = _caches.Open(Resources.Pods, new());
        await next.Cache.Synced.WaitAsync(Eventually.Limit);
    }

    [Fact]
    public async Task The_end_of_the_session_fails_all_waiters()
    {
        ObjectCache<Pod> cache = await OpenAsync();
        Task changed = cache.Observe("uid-p1").Changed,
            ofKey = cache.Observe(PodIndexes.ByNode, "n1").Changed,
            ofAll = cache.Changed();

        _caches.Dispose();

        foreach (Task task in (Task[])[changed, ofKey, ofAll, cache.Failed])
            await Assert.ThrowsAsync<ObjectDisposedException>(() => task.WaitAsync(Eventually.Limit));
        Assert.Throws<ObjectDisposedException>(() => _caches.Open(Resources.Pods, new()));
    }

    private async Task<ObjectCache<Pod>> OpenAsync()
    {
        ObjectCache<Pod> cache = _caches.Open(Resources.Pods, new()).Cache;
        await cache.Synced.WaitAsync(Eventually.Limit);
        return cache;
    }

    private static string Text(ObjectChange<Pod> change) => $"{change.Type} {change.Object.Metadata.Name}";

    private static IEnumerable<string> Names(IEnumerable<Pod> pods) =>
        pods.Select(static pod => pod.Metadata.Name).Order(StringComparer.Ordinal);
}
