using NodeManager.Kubernetes.Timing;
using NodeManager.Testing;

namespace NodeManager.Kubernetes.Tests.Timing;

/// <summary>Times that one timer cannot hold.</summary>
public sealed class LongTimersTests
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Theory]
    [InlineData(50)]
    [InlineData(60)]
    [InlineData(147)]
    [InlineData(36525)]
    public async Task A_delay_lasts_its_whole_time(int days)
    {
        ManualTimeProvider time = new();

        Task delay = time.DelayAsync(days * Day, CancellationToken.None);
        await AdvanceAsync(time, delay, (days * Day) - TimeSpan.FromSeconds(1));
        Assert.False(delay.IsCompleted);
        await AdvanceAsync(time, delay, TimeSpan.FromSeconds(1));
        await delay;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    [InlineData(36525)]
    public void A_time_limit_is_reached_after_its_whole_time(int days)
    {
        ManualTimeProvider time = new();

        using CancellationTokenSource limit = time.StartLimit(days * Day);
        time.Advance((days * Day) - TimeSpan.FromSeconds(1));
        Assert.False(limit.IsCancellationRequested);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(limit.IsCancellationRequested);
    }

    [Fact]
    public void The_system_clock_accepts_long_timers()
    {
        using CancellationTokenSource stop = new();
        using CancellationTokenSource limit = TimeProvider.System.StartLimit(TimeSpan.FromDays(60));
        Assert.False(TimeProvider.System.DelayAsync(TimeSpan.MaxValue, stop.Token).IsFaulted);
        stop.Cancel();
    }

    [Fact]
    public void A_disposed_limit_leaves_no_timer()
    {
        ManualTimeProvider time = new();

        time.StartLimit(60 * Day).Dispose();

        Assert.Equal(0, time.Waiting);
    }

    [Fact]
    public async Task Without_a_limit_nothing_is_cancelled_and_a_negative_delay_ends_immediately()
    {
        ManualTimeProvider time = new();

        using CancellationTokenSource none = time.StartLimit(null);
        using CancellationTokenSource infinite = time.StartLimit(Timeout.InfiniteTimeSpan);
        using CancellationTokenSource over = time.StartLimit(-Day);
        await time.DelayAsync(-Day, CancellationToken.None);

        Assert.False(none.IsCancellationRequested);
        Assert.False(infinite.IsCancellationRequested);
        Assert.True(over.IsCancellationRequested);
    }

    // The delay continues in a continuation of its own: the clock must not run ahead of it.
    private static async Task AdvanceAsync(ManualTimeProvider time, Task delay, TimeSpan by)
    {
        while (by > TimeSpan.Zero)
        {
            TimeSpan step = by < LongTimers.Longest ? by : LongTimers.Longest;
            time.Advance(step);
            by -= step;
            while (time.Waiting == 0 && !delay.IsCompleted)
                await Task.Yield();
        }
    }
}
