using NodeManager.Controllers.Caching;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Testing;
using static NodeManager.Controllers.Tests.FakeApi;

namespace NodeManager.Controllers.Tests.Caching;

public sealed class ObjectCachesTests : IDisposable
{
    private readonly FakeApi _api = new();
    private readonly ManualTimeProvider _time = new();
    private readonly KubernetesClient _client;
    private readonly ObjectCaches _caches;

    public ObjectCachesTests()
    {
        _client = _api.Connect(_time);
        _caches = FakeApi.Caches(_client);
    }

    public void Dispose()
    {
        _caches.Dispose();
        _client.Dispose();
    }

    [Fact]
    public async Task Users_of_one_selection_share_one_list_and_one_watch()
    {
        using CacheUse<Pod> first = _caches.Open(Resources.Pods, new() { Namespace = "shop", LabelSelector = "app=web" });
        using CacheUse<Pod> second = _caches.Open(
            Resources.Pods,
            new()
            {
                Namespace = "shop",
                LabelSelector = "app=web",
                PageSize = 10,
            }
        );
        using CacheUse<Pod> other = _caches.Open(Resources.Pods, new() { Namespace = "shop" });
        await Task.WhenAll(first.Cache.Synced, second.Cache.Synced, other.Cache.Synced).WaitAsync(Eventually.Limit);

        Assert.Same(first.Cache, second.Cache);
        Assert.NotSame(first.Cache, other.Cache);
        await Eventually.HoldsAsync(() => _api.Requests.Count == 4);
    }

    [Fact]
    public void Equal_API_versions_of_a_kind_share_one_cache()
    {
        using CacheUse<PodDisruptionBudget> first = _caches.Open(Resources.PodDisruptionBudgets("v1"), new());
        using CacheUse<PodDisruptionBudget> second = _caches.Open(Resources.PodDisruptionBudgets("v1"), new());
        using CacheUse<PodDisruptionBudget> older = _caches.Open(Resources.PodDisruptionBudgets("v1beta1"), new());

        Assert.Same(first.Cache, second.Cache);
        Assert.NotSame(first.Cache, older.Cache);
    }

    [Fact]
    public void A_cache_is_closed_thirty_seconds_after_its_last_user()
    {
        CacheUse<Pod> first = _caches.Open(Resources.Pods, new()),
            second = _caches.Open(Resources.Pods, new());
        ObjectCache<Pod> cache = first.Cache;
        first.Dispose();
        first.Dispose();
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, _caches.Count);

        second.Dispose();
        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(1, _caches.Count);
        using (CacheUse<Pod> third = _caches.Open(Resources.Pods, new()))
        {
            Assert.Same(cache, third.Cache);
            _time.Advance(TimeSpan.FromMinutes(1));
            Assert.Equal(1, _caches.Count);
        }

        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(0, _caches.Count);
        Assert.True(cache.Failed.IsFaulted);
    }

    [Fact]
    public async Task Up_to_eight_nodes_are_watched_one_by_one()
    {
        _api.Pods.Put(Pod("p1", "n1"));
        _api.Pods.Put(Pod("p9", "n9"));
        using NodeCaches<Pod> caches = _caches.Open(NodeScopes.Pods, Nodes(1, 8));
        await caches.Of("n1").Synced.WaitAsync(Eventually.Limit);

        Assert.Equal(8, _caches.Count);
        Assert.Equal("p1", Assert.Single(caches.Of("n1").Items).Metadata.Name);
    }

    [Fact]
    public async Task Nine_nodes_share_one_watch_of_the_cluster()
    {
        _api.Pods.Put(Pod("p1", "n1"));
        _api.Pods.Put(Pod("p9", "n9"));
        using NodeCaches<Pod> caches = _caches.Open(NodeScopes.Pods, Nodes(1, 9));
        await caches.Of("n1").Synced.WaitAsync(Eventually.Limit);

        Assert.Equal(1, _caches.Count);
        Assert.Same(caches.Of("n1"), caches.Of("n9"));
        Assert.Equal("p9", Assert.Single(caches.Of("n9").FindAll(PodIndexes.ByNode, "n9")).Metadata.Name);
    }

    [Fact]
    public void The_nodes_of_all_users_count_together()
    {
        using NodeCaches<Pod> five = _caches.Open(NodeScopes.Pods, Nodes(1, 5));
        using NodeCaches<Pod> same = _caches.Open(NodeScopes.Pods, Nodes(3, 3));
        Assert.Equal(5, _caches.Count);
        using NodeCaches<Pod> others = _caches.Open(NodeScopes.Pods, Nodes(6, 4));

        Assert.Equal(6, _caches.Count);
        Assert.NotSame(five.Of("n1"), others.Of("n6"));
        Assert.Same(others.Of("n6"), others.Of("n9"));
    }

    [Fact]
    public void Unused_entries_are_evicted_from_the_cache_of_nodes()
    {
        _caches.Open(NodeScopes.Pods, Nodes(1, 6)).Dispose();
        Assert.Equal(6, _caches.Count);

        using NodeCaches<Pod> next = _caches.Open(NodeScopes.Pods, Nodes(7, 6));

        Assert.Equal(8, _caches.Count);
        Assert.NotSame(next.Of("n7"), next.Of("n8"));
    }

    [Fact]
    public void An_open_cluster_watch_serves_single_nodes()
    {
        using CacheUse<Pod> all = _caches.Open(Resources.Pods, new());
        using NodeCaches<Pod> one = _caches.Open(NodeScopes.Pods, ["n1"]);

        Assert.Same(all.Cache, one.Of("n1"));
    }

    [Fact]
    public void An_open_cluster_watch_serves_namespaces()
    {
        using CacheUse<Pod> one = _caches.OpenWithin(Resources.Pods, "shop");
        using CacheUse<Pod> all = _caches.OpenWithin(Resources.Pods, null);
        using CacheUse<Pod> other = _caches.OpenWithin(Resources.Pods, "bank");

        Assert.NotSame(one.Cache, all.Cache);
        Assert.Same(all.Cache, other.Cache);
    }

    [Fact]
    public async Task Only_an_open_and_complete_cache_is_shared()
    {
        Assert.Null(_caches.JoinOpen(Resources.Pods));
        using NodeCaches<Pod> one = _caches.Open(NodeScopes.Pods, ["n1"]);
        Assert.Null(_caches.JoinOpen(Resources.Pods));
        CacheUse<Pod> all = _caches.Open(Resources.Pods, new());
        await all.Cache.Synced.WaitAsync(Eventually.Limit);

        using CacheUse<Pod>? joined = _caches.JoinOpen(Resources.Pods);
        all.Dispose();
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.True(joined?.Cache.IsCurrent);
    }

    private static string[] Nodes(int first, int count) => [.. Enumerable.Range(first, count).Select(static i => $"n{i}")];
}
