using System.Text.Json.Nodes;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Model.Clock;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Store;
using NodeManager.Testing;

namespace NodeManager.Sandbox.Tests.Store;

/// <summary>A simulated clock does not run ahead of changes that controllers have not observed.</summary>
public sealed class DeliveryHoldTests
{
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task The_clock_waits_until_each_change_is_processed()
    {
        var wall = new ManualTimeProvider();
        var clock = new ClusterClock(wall, 1, wall.GetUtcNow());
        DateTimeOffset start = clock.GetUtcNow();
        using var cluster = new TestCluster();
        ResourceRegistry registry = cluster.Cluster.Registry;
        ChangeFollower follower = new(registry.Store, BuiltInKinds.ConfigMaps, clock);
        Assert.Empty(follower.Begin());
        using var stop = new CancellationTokenSource();
        await using IAsyncEnumerator<Change> changes = follower.ReadAsync(stop.Token).GetAsyncEnumerator(stop.Token);

        Create("a");
        wall.Advance(TimeSpan.FromMilliseconds(20));
        Create("b");
        wall.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(start + Slack, clock.GetUtcNow());

        Assert.True(await changes.MoveNextAsync());
        wall.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(start + Slack, clock.GetUtcNow());

        // The first is processed, the second is not.
        Assert.True(await changes.MoveNextAsync());
        wall.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(start + TimeSpan.FromMilliseconds(20) + Slack, clock.GetUtcNow());

        ValueTask<bool> none = changes.MoveNextAsync();
        DateTimeOffset released = clock.GetUtcNow();
        wall.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(released + TimeSpan.FromSeconds(10), clock.GetUtcNow());

        await stop.CancelAsync();
        Assert.False(await none);
        Create("c");
        wall.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(released + TimeSpan.FromSeconds(20), clock.GetUtcNow());

        void Create(string name) =>
            registry.Create(BuiltInKinds.ConfigMaps, "default", new() { ["metadata"] = new JsonObject { ["name"] = name } });
    }
}
