using NodeManager.Controllers.Queueing;
using NodeManager.Testing;

namespace NodeManager.Controllers.Tests.Queueing;

public sealed class WorkQueueTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly WorkQueue<string> _queue;

    public WorkQueueTests() => _queue = Make(new() { Jitter = 0 });

    public void Dispose() => _queue.Dispose();

    [Fact]
    public async Task A_queued_key_is_not_added_again()
    {
        _queue.Add("a");
        _queue.Add("b");
        _queue.Add("a");

        Assert.Equal("a", await TakeAsync());
        Assert.Equal("b", await TakeAsync());
        Assert.Equal(0, _queue.Count);
    }

    [Fact]
    public async Task A_key_added_during_its_work_is_queued_again()
    {
        _queue.Add("a");
        string key = await TakeAsync();
        _queue.Add("a");
        _queue.Add("a");
        Assert.Equal(0, _queue.Count);

        _queue.Done(key);

        Assert.Equal("a", await TakeAsync());
        _queue.Done("a");
        Assert.Equal(0, _queue.Count);
    }

    [Fact]
    public void The_shortest_of_several_delays_counts()
    {
        _queue.AddAfter("a", TimeSpan.FromSeconds(20));
        _queue.AddAfter("a", TimeSpan.FromSeconds(5));
        _queue.AddAfter("a", TimeSpan.FromSeconds(10));
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(0, _queue.Count);

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, _queue.Count);

        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, _queue.Count);
        Assert.Equal(0, _time.Waiting);
    }

    [Fact]
    public void A_delay_can_be_longer_than_a_timer()
    {
        _queue.AddAfter("a", TimeSpan.FromDays(60));
        _time.Advance(TimeSpan.FromDays(59));
        Assert.Equal(0, _queue.Count);

        _time.Advance(TimeSpan.FromDays(1));

        Assert.Equal(1, _queue.Count);
        Assert.Equal(0, _time.Waiting);
    }

    [Fact]
    public void The_system_clock_accepts_a_delay_that_is_longer_than_a_timer()
    {
        using WorkQueue<string> queue = new(new(), TimeProvider.System);

        queue.AddAfter("a", TimeSpan.FromDays(60));

        Assert.Equal((0, 0, 1), queue.Load);
    }

    [Fact]
    public void Each_failure_of_a_key_doubles_its_delay_up_to_the_maximum()
    {
        using WorkQueue<string> queue = Make(
            new()
            {
                Jitter = 0,
                FirstDelay = TimeSpan.FromSeconds(1),
                LongestDelay = TimeSpan.FromSeconds(10),
            }
        );

        Assert.Equal([1, 2, 4, 8, 10, 10], Enumerable.Range(0, 6).Select(_ => queue.Retry("a").TotalSeconds));
        Assert.Equal(1, queue.Retry("b").TotalSeconds);
        Assert.Equal(6, queue.Failures("a"));

        queue.Forget("a");

        Assert.Equal(1, queue.Retry("a").TotalSeconds);
    }

    [Fact]
    public void After_many_failures_the_delay_stays_at_the_maximum()
    {
        using WorkQueue<string> queue = Make(new() { Jitter = 0, RetriesPerSecond = 1e9 });

        for (int i = 0; i < 5000; i++)
            queue.Retry("a");

        Assert.Equal(TimeSpan.FromMinutes(5), queue.Retry("a"));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.5, 1.1)]
    [InlineData(0.99, 1.198)]
    public void Jitter_lengthens_a_delay(double random, double seconds)
    {
        using WorkQueue<string> queue = new(new() { Jitter = 0.2, FirstDelay = TimeSpan.FromSeconds(1) }, _time, () => random);

        Assert.Equal(seconds, queue.Retry("a").TotalSeconds, 3);
    }

    [Fact]
    public void Retries_of_all_keys_share_one_rate_limit()
    {
        using WorkQueue<string> queue = Make(
            new()
            {
                Jitter = 0,
                FirstDelay = TimeSpan.FromMilliseconds(1),
                Burst = 3,
                RetriesPerSecond = 2,
            }
        );

        Assert.Equal([0.001, 0.001, 0.001, 0.5, 1, 1.5], Enumerable.Range(0, 6).Select(i => queue.Retry($"k{i}").TotalSeconds));

        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(0.001, queue.Retry("later").TotalSeconds);
    }

    [Fact]
    public async Task Concurrent_adding_and_taking_loses_and_repeats_no_key()
    {
        using WorkQueue<int> queue = new(new(), TimeProvider.System);
        int[] added = new int[16],
            seen = new int[16],
            busy = new int[16];
        using CancellationTokenSource stop = new();
        Task[] workers =
        [
            .. Enumerable
                .Range(0, 4)
                .Select(_ =>
                    Task.Run(async () =>
                    {
                        try
                        {
                            while (true)
                            {
                                int key = await queue.TakeAsync(stop.Token);
                                Assert.Equal(1, Interlocked.Increment(ref busy[key]));
                                int now = Volatile.Read(ref added[key]);
                                await Task.Yield();
                                seen[key] = now;
                                Interlocked.Decrement(ref busy[key]);
                                queue.Done(key);
                            }
                        }
                        catch (OperationCanceledException) { }
                    })
                ),
        ];
        await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(adder =>
                    Task.Run(() =>
                    {
                        for (int i = 0; i < 5000; i++)
                        {
                            int key = (i + adder) % 16;
                            Interlocked.Increment(ref added[key]);
                            queue.Add(key);
                        }
                    })
                )
        );

        // Level-triggered: whatever was last added has been seen.
        await Eventually.HoldsAsync(() => added.SequenceEqual(seen));
        await stop.CancelAsync();
        await Task.WhenAll(workers);
    }

    [Fact]
    public async Task A_disposed_queue_accepts_no_key_and_ends_its_readers()
    {
        ValueTask<string> waiting = _queue.TakeAsync(CancellationToken.None);
        _queue.AddAfter("later", TimeSpan.FromSeconds(1));
        _queue.Dispose();
        _queue.Add("a");
        _time.Advance(TimeSpan.FromSeconds(2));

        await Assert.ThrowsAnyAsync<System.Threading.Channels.ChannelClosedException>(() => waiting.AsTask());
        Assert.Equal(0, _queue.Count);
        Assert.Equal(0, _time.Waiting);
    }

    private WorkQueue<string> Make(RetryOptions options) => new(options, _time, static () => 0);

    private async Task<string> TakeAsync() => await _queue.TakeAsync(CancellationToken.None).AsTask().WaitAsync(Eventually.Limit);
}
