using System.Text.Json.Nodes;
using NodeManager.Controllers.Caching;
using NodeManager.Controllers.Leasing;
using NodeManager.Kubernetes;
using NodeManager.Testing;

namespace NodeManager.Controllers.Tests.Leasing;

/// <summary>Waiting for the end of a hold: on a Lease that is held for 10 s a renewal.</summary>
public sealed class LeaseObserverTests : IDisposable
{
    private readonly FakeApi _api = new();
    private readonly ManualTimeProvider _time = new();
    private readonly KubernetesClient _client;
    private readonly ObjectCaches _caches;
    private int _renewals;

    public LeaseObserverTests()
    {
        _client = _api.Connect(_time);
        _caches = FakeApi.Caches(_client);
        _api.Leases.Put(
            new()
            {
                ["metadata"] = new JsonObject
                {
                    ["name"] = "work",
                    ["namespace"] = "shop",
                    ["uid"] = "uid-work",
                },
                ["spec"] = new JsonObject
                {
                    ["holderIdentity"] = "me",
                    ["leaseDurationSeconds"] = 10,
                    ["renewTime"] = "2000-01-01T00:00:00.000000Z",
                },
            }
        );
    }

    public void Dispose()
    {
        _caches.Dispose();
        _client.Dispose();
    }

    [Theory]
    [InlineData("")]
    [InlineData("another")]
    public async Task A_holder_that_releases_or_loses_the_Lease_ends_immediately(string next)
    {
        Task<bool> ended = await StartAsync();
        await RenewAsync();
        Assert.False(ended.IsCompleted);

        _api.Leases.Change("work", lease => lease["spec"]!["holderIdentity"] = next);

        Assert.True(await ended.WaitAsync(Eventually.Limit));
        Assert.Equal(
            (1, 1),
            (
                _api.CountOf("WATCH"),
                _api.Requests.Count(static request =>
                    request.StartsWith("GET ", StringComparison.Ordinal) && request.Contains('?', StringComparison.Ordinal)
                )
            )
        );
    }

    [Fact]
    public async Task A_deleted_Lease_has_no_holder()
    {
        Task<bool> ended = await StartAsync();

        _api.Leases.Remove("work");

        Assert.True(await ended.WaitAsync(Eventually.Limit));
    }

    [Fact]
    public async Task A_holder_that_does_not_renew_for_the_duration_has_ended()
    {
        Task<bool> ended = await StartAsync();
        _time.Advance(TimeSpan.FromSeconds(9));
        await RenewAsync();
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(ended.IsCompleted);

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.True(await ended.WaitAsync(Eventually.Limit));
    }

    [Fact]
    public async Task A_holder_that_renews_for_twice_the_duration_has_not_ended()
    {
        Task<bool> ended = await StartAsync();
        for (int i = 0; i < 4; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            if (i < 3)
                await RenewAsync();
        }

        Assert.False(await ended.WaitAsync(Eventually.Limit));
    }

    [Fact]
    public async Task A_holder_whose_renewals_the_watch_misses_has_not_ended()
    {
        Task<bool> ended = await StartAsync();
        _api.Before = static (request, token) =>
            FaultInjectionHandler.IsWatch(request) ? Task.Delay(Timeout.Infinite, token) : Task.CompletedTask;
        _api.Leases.Cut();
        _api.Leases.Change("work", static lease => lease["spec"]!["renewTime"] = "2000-01-01T00:00:05.000000Z");
        int reads = _api.Requests.Count(IsRead),
            limits = _time.Set;

        _time.Advance(TimeSpan.FromSeconds(10));
        await Eventually.HoldsAsync(() => ended.IsCompleted || (_api.Requests.Count(IsRead) > reads && _time.Set > limits));
        Assert.False(ended.IsCompleted);
    }

    // Of the Lease itself; lists have parameters.
    private static bool IsRead(string request) =>
        request.StartsWith("GET ", StringComparison.Ordinal) && !request.Contains('?', StringComparison.Ordinal);

    private async Task<Task<bool>> StartAsync()
    {
        LeaseState first = await LeaseObserver.ReadAsync(_client, "work", "shop", default);
        Task<bool> ended = LeaseObserver.WaitForEndAsync(_client, _caches, first, default);
        await Eventually.HoldsAsync(() => _api.CountOf("WATCH") == 1);
        return ended;
    }

    // Seen once a new limit was set: its former one lies behind.
    private async Task RenewAsync()
    {
        string renewed = $"2000-01-01T00:00:0{++_renewals}.000000Z";
        int limits = _time.Set;
        _api.Leases.Change("work", lease => lease["spec"]!["renewTime"] = renewed);
        await Eventually.HoldsAsync(() => _time.Set > limits);
    }
}
