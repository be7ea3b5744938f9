using System.Collections.Concurrent;
using NodeManager.Core.Tests.Support;
using NodeManager.Monitoring.Alerts.Delivery;
using NodeManager.Testing;

namespace NodeManager.Core.Tests.Alerts;

public sealed class AlertDispatcherTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();
    private readonly RecordingObserver _observer = new();
    private readonly ConcurrentQueue<(string Sink, string Id, long Count)> _dropped = new();
    private readonly ConcurrentQueue<string> _recovered = new();
    private readonly ManualTimeProvider _eager = new() { IsEager = true };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_hanging_sink_does_not_delay_other_sinks()
    {
        RecordingSink hung = new("hung", static (_, token) => Task.Delay(Timeout.Infinite, token)),
            good = new("good");
        await using AlertDispatcher dispatcher = Dispatch([hung, good], TimeProvider.System);
        for (int i = 1; i <= 50; i++)
            dispatcher.Publish(Sample($"a{i}", 1));
        await UntilAsync(() => good.Taken.Count == 50);
        Assert.Empty(hung.Taken);
        Assert.Equal(50, dispatcher.Waiting);
    }

    [Fact]
    public async Task An_attempt_that_hangs_ends_after_the_timeout_of_its_sink_and_is_repeated()
    {
        ManualTimeProvider wall = new();
        int attempts = 0;
        // It does not even listen to its token.
        RecordingSink sink = new(
            "hung",
            (_, _) => ++attempts == 1 ? Task.Delay(Timeout.Infinite, CancellationToken.None) : Task.CompletedTask
        );
        await using AlertDispatcher dispatcher = Dispatch([sink], wall);
        dispatcher.Publish(Sample("a", 1));
        await UntilAsync(() => sink.Attempts == 1 && wall.Waiting == 1);
        wall.Advance(sink.Timeout - TimeSpan.FromSeconds(1));
        Assert.Empty(_observer.Warnings);
        wall.Advance(TimeSpan.FromSeconds(1));
        await UntilAsync(() => !_observer.Warnings.IsEmpty && wall.Waiting == 1);
        Assert.Contains("no answer within 15s", Assert.Single(_observer.Warnings), StringComparison.Ordinal);
        wall.Advance(TimeSpan.FromSeconds(2));
        await UntilAsync(() => sink.Taken.Count == 1);
    }

    [Fact]
    public async Task Failed_alerts_are_resent_in_order_until_accepted()
    {
        int failures = 20;
        RecordingSink sink = new(
            "sink",
            (_, _) => Interlocked.Decrement(ref failures) >= 0 ? throw new AlertDeliveryException("not now.") : Task.CompletedTask
        );
        await using AlertDispatcher dispatcher = Dispatch([sink], _eager);
        for (int i = 1; i <= 5; i++)
            dispatcher.Publish(Sample("a", i));
        await UntilAsync(() => sink.Taken.Count == 5);
        Assert.Equal(["a-1", "a-2", "a-3", "a-4", "a-5"], sink.Taken);
        Assert.Single(_observer.Warnings);
        Assert.Empty(_dropped);
    }

    [Fact]
    public async Task Retry_After_of_a_receiver_is_honored()
    {
        int answers = 0;
        DateTimeOffset? first = null,
            second = null;
        RecordingSink sink = new(
            "sink",
            (_, _) =>
            {
                if (++answers == 1)
                {
                    first = _eager.GetUtcNow();
                    throw new AlertDeliveryException("later.") { RetryAfter = TimeSpan.FromMinutes(7) };
                }

                second = _eager.GetUtcNow();
                return Task.CompletedTask;
            }
        )
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        await using AlertDispatcher dispatcher = Dispatch([sink], _eager);
        dispatcher.Publish(Sample("a", 1));
        await UntilAsync(() => sink.Taken.Count == 1);
        Assert.True(second - first >= TimeSpan.FromMinutes(7), $"{second - first}");
    }

    [Fact]
    public async Task A_full_queue_drops_the_oldest_alert_and_reports_it()
    {
        TaskCompletionSource open = new();
        RecordingSink sink = new("slow", (_, token) => open.Task.WaitAsync(token));
        await using AlertDispatcher dispatcher = Dispatch([sink], TimeProvider.System, limit: 10);
        dispatcher.Publish(Sample("a", 1));
        await UntilAsync(() => sink.Attempts == 1);
        for (int i = 2; i <= 16; i++)
            dispatcher.Publish(Sample("a", i));
        Assert.Equal(["a-2", "a-3", "a-4", "a-5", "a-6"], _dropped.Select(static one => one.Id));
        Assert.Equal(5, _dropped.Last().Count);
        open.SetResult();
        await UntilAsync(() => sink.Taken.Count == 11 && !_recovered.IsEmpty);
        Assert.Equal(["a-1", "a-7", "a-8"], sink.Taken.Take(3));
        Assert.Equal(["slow"], _recovered);
    }

    [Fact]
    public async Task An_alert_that_a_receiver_rejects_does_not_block_later_alerts()
    {
        RecordingSink sink = new(
            "sink",
            static (alert, _) =>
                alert.Id == "bad" ? throw new AlertDeliveryException("bad request.") { IsRefusal = true } : Task.CompletedTask
        );
        await using AlertDispatcher dispatcher = Dispatch([sink], _eager);
        dispatcher.Publish(Sample("bad", 1));
        dispatcher.Publish(Sample("good", 1));
        await UntilAsync(() => sink.Taken.Count == 1);
        Assert.Equal(("sink", "bad-1", 1L), Assert.Single(_dropped));
        Assert.Equal(4, sink.Attempts);
    }

    [Fact]
    public async Task Undelivered_alerts_are_delivered_once_by_the_next_process()
    {
        string path = _folder.Path("state.json");
        RecordingSink good = new("good"),
            dead = new("dead", static (_, token) => Task.Delay(Timeout.Infinite, token));
        AlertJournal first = Open(path, "good", "dead");
        string run = first.Run;
        await using (AlertDispatcher dispatcher = Dispatch([good, dead], TimeProvider.System, journal: first))
        {
            foreach (NodeAlert alert in (NodeAlert[])[Sample("a", 1), Sample("b", 1), Sample("a", 2, NodeAlertStatus.Resolved)])
            {
                first.Add(alert, null, ["good", "dead"]);
                dispatcher.Publish(alert);
            }

            await UntilAsync(() => good.Taken.Count == 3);
        }

        RecordingSink later = new("dead"),
            again = new("good");
        AlertJournal second = Open(path, "good", "dead");
        Assert.Equal(run, second.Run);
        Assert.Equal("b", Assert.Single(second.Open).Alert.Id);
        Assert.Equal("a", Assert.Single(second.Past).Id);
        await using AlertDispatcher next = Dispatch([again, later], TimeProvider.System, journal: second);
        await UntilAsync(() => later.Taken.Count == 3);
        Assert.Equal(["a-1", "b-1", "a-2"], later.Taken);
        Assert.Empty(again.Taken);
    }

    [Theory]
    [InlineData("{\"alert\":{\"version\":1,\"id\":\"c-1\",\"al")]
    [InlineData("\u0000\u0000\u0000")]
    [InlineData("{\"alert\":5}\n{\"received\":\"a-1\"")]
    public void A_truncated_last_line_of_the_state_file_is_ignored(string tail)
    {
        string path = _folder.Path("torn.json");
        using (AlertJournal journal = Open(path, "sink"))
            journal.Add(Sample("a", 1), null, ["sink"]);
        File.AppendAllText(path, tail);
        using (AlertJournal journal = Open(path, "sink"))
        {
            Assert.Equal(["a-1"], journal.Pending("sink").Select(static alert => alert.TransitionId));
            journal.Add(Sample("b", 1), null, ["sink"]);
        }

        using AlertJournal last = Open(path, "sink");
        Assert.Equal(["a-1", "b-1"], last.Pending("sink").Select(static alert => alert.TransitionId));
    }

    [Fact]
    public void A_state_file_is_locked_by_one_monitor()
    {
        string path = _folder.Path("shared.json");
        using AlertJournal first = Open(path);
        Assert.Equal(ErrorIds.AlertStateInUse, Assert.Throws<NodeManagerException>(() => Open(path)).ErrorId);
        first.Dispose();
        Open(path).Dispose();
    }

    [Fact]
    public void A_state_file_that_cannot_be_created_is_an_error()
    {
        string file = _folder.Write("file", "");
        Assert.Equal(
            ErrorIds.AlertStateUnreadable,
            Assert.Throws<NodeManagerException>(() => Open(Path.Combine(file, "state.json"))).ErrorId
        );
    }

    [Fact]
    public void The_size_of_the_state_file_is_bounded()
    {
        string path = _folder.Path("long.json");
        using (AlertJournal journal = Open(path, "sink"))
        {
            for (int i = 0; i < 1000; i++)
            {
                journal.Add(Sample($"a{i}", 1, NodeAlertStatus.Resolved), null, ["sink"]);
                journal.Receive("sink", $"a{i}-1");
            }
        }

        using AlertJournal last = Open(path, "sink");
        Assert.Equal(200, last.Past.Count);
        Assert.Equal(201, File.ReadLines(path).Count());
    }

    [Fact]
    public async Task Open_alerts_are_reposted_and_resolved_alerts_for_a_limited_time()
    {
        ManualTimeProvider wall = new();
        StateSink sink = new();
        await using AlertDispatcher dispatcher = Dispatch([sink], wall);
        dispatcher.Publish(Sample("open", 1));
        dispatcher.Publish(Sample("ended", 1));
        dispatcher.Publish(Sample("ended", 2, NodeAlertStatus.Resolved));
        await UntilAsync(() => dispatcher.Waiting == 0 && wall.Waiting > 0);
        for (int minute = 1; minute <= 17; minute++)
        {
            wall.Advance(TimeSpan.FromMinutes(1));
            await UntilAsync(() => sink.Posts.Count == minute);
        }

        Assert.All(sink.Posts, static post => Assert.Contains("open-1", post));
        Assert.All(sink.Posts.Take(16), static post => Assert.Contains("ended-2", post));
        Assert.DoesNotContain("ended-2", sink.Posts.Last());
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        using CancellationTokenSource limit = new(Limit);
        while (!holds())
            await Task.Delay(5, limit.Token);
    }

    private static NodeAlert Sample(string id, int sequence, string status = NodeAlertStatus.Firing) =>
        new()
        {
            Id = id,
            Sequence = sequence,
            Transition = status == NodeAlertStatus.Resolved ? NodeAlertTransition.Resolved : NodeAlertTransition.Raised,
            Status = status,
            Cause = "NotReady",
            Severity = NodeFindingSeverity.Critical,
            Nodes = new(["n1"]),
            StartsAt = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
            UpdatedAt = new(2026, 1, 1, 0, 0, sequence, TimeSpan.Zero),
            Message = "broken",
            Labels = new([KeyValuePair.Create("node", id)]),
        };

    private AlertJournal Open(string path, params string[] sinks) => AlertJournal.OpenFile(path, null, sinks, _observer);

    private AlertDispatcher Dispatch(IReadOnlyList<IAlertSink> sinks, TimeProvider wall, int limit = 1000, AlertJournal? journal = null) =>
        new(
            sinks,
            limit,
            journal,
            wall,
            new(
                static (_, _) => { },
                (sink, alert, count) => _dropped.Enqueue((sink, alert.TransitionId, count)),
                _recovered.Enqueue,
                _observer
            )
        );

    private sealed class StateSink : IAlertStateSink
    {
        public ConcurrentQueue<IReadOnlyList<string>> Posts { get; } = new();

        public string Name => "state";

        public TimeSpan Timeout => TimeSpan.FromSeconds(15);

        public TimeSpan Interval => TimeSpan.FromMinutes(1);

        public TimeSpan ResolvedFor => TimeSpan.FromMinutes(15);

        public Task DeliverAsync(NodeAlert alert, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task PostAsync(IReadOnlyList<NodeAlert> alerts, CancellationToken cancellationToken)
        {
            Posts.Enqueue([.. alerts.Select(static alert => alert.TransitionId)]);
            return Task.CompletedTask;
        }
    }
}
