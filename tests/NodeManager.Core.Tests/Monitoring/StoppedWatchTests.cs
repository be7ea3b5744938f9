using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Core.Tests.Support;
using NodeManager.Monitoring;

namespace NodeManager.Core.Tests.Monitoring;

public sealed class StoppedWatchTests
{
    [Fact]
    public async Task A_watch_that_is_stopped_while_something_is_due_ends()
    {
        await using ManualCluster cluster = await ManualCluster.StartAsync(1);
        using CancellationTokenSource stop = new();
        StoppingFollower follower = new(stop);
        HealthWatch watch = new(cluster.Session.Connection(), HealthScope.Of(cluster.Session, [], null), follower, NullObserver.Instance);

        // On another thread: a watch that does not end keeps its own.
        Task watching = Task.Run(() => watch.RunAsync(stop.Token));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching.WaitAsync(ManualCluster.Limit));
        Assert.Equal(1, follower.Published);
    }

    /// <summary>Stops the watch in its first evaluation, and is due again at once.</summary>
    private sealed class StoppingFollower(CancellationTokenSource stop) : IHealthFollower
    {
        public int Published { get; private set; }

        public IReadOnlyCollection<string> Nodes => [];

        public DateTimeOffset? NextDue => DateTimeOffset.MinValue;

        public void Begin()
        {
            // The nodes follow.
        }

        public void Observe(NodeEvaluation evaluation, DateTimeOffset now, bool isInitial)
        {
            // What is found does not matter.
        }

        public void Remove(string uid, DateTimeOffset now)
        {
            // No node is deleted.
        }

        public void Disconnect(string problem, DateTimeOffset now)
        {
            // The server answers.
        }

        public void Reconnect(DateTimeOffset now)
        {
            // As above.
        }

        public void Publish(DateTimeOffset now)
        {
            Published++;
            stop.Cancel();
        }
    }
}
