using NodeManager.Sandbox.Model.Clock;
using NodeManager.Testing;

namespace NodeManager.Sandbox.Tests.Clock;

public sealed class ClusterClockTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly ManualTimeProvider _wall = new();

    [Fact]
    public void The_clock_starts_at_the_given_time_and_runs_at_the_given_speed()
    {
        var clock = new ClusterClock(_wall, 60, Start);
        long begin = clock.GetTimestamp();

        _wall.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(Start.AddMinutes(2), clock.GetUtcNow());
        Assert.Equal(TimeSpan.FromMinutes(2), clock.GetElapsedTime(begin));
    }

    [Fact]
    public void Frequent_reads_do_not_lose_time()
    {
        var clock = new ClusterClock(_wall, 3, Start);

        for (int i = 0; i < 1000; i++)
        {
            _wall.Advance(TimeSpan.FromTicks(7));
            clock.GetUtcNow();
        }

        Assert.Equal(Start.AddTicks(21_000), clock.GetUtcNow());
    }

    [Fact]
    public async Task Timers_fire_in_cluster_time()
    {
        var clock = new ClusterClock(_wall, 60, Start);
        Task hour = Task.Delay(TimeSpan.FromHours(1), clock);

        _wall.Advance(TimeSpan.FromSeconds(59));
        bool early = hour.IsCompleted;
        _wall.Advance(TimeSpan.FromSeconds(1));

        await hour;
        Assert.False(early);
    }

    [Fact]
    public async Task A_periodic_timer_fires_until_it_is_stopped()
    {
        var clock = new ClusterClock(_wall, 100, Start);
        using var called = new SemaphoreSlim(0);
        ITimer timer = clock.CreateTimer(_ => called.Release(), null, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10));

        for (int i = 0; i < 3; i++)
        {
            _wall.Advance(TimeSpan.FromMilliseconds(100));
            await called.WaitAsync();
        }

        await timer.DisposeAsync();
        _wall.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(Start.AddSeconds(1030), clock.GetUtcNow());
        Assert.False(timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan));
        Assert.Equal(0, called.CurrentCount);
    }

    [Fact]
    public void The_clock_waits_for_work_and_continues_without_a_jump()
    {
        var clock = new ClusterClock(_wall, 600, Start);
        ClockHold hold = clock.Hold();

        _wall.Advance(TimeSpan.FromMinutes(1));
        DateTimeOffset held = clock.GetUtcNow();
        hold.Dispose();
        DateTimeOffset released = clock.GetUtcNow();
        _wall.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(Start.AddSeconds(10), held);
        Assert.Equal(held, released);
        Assert.Equal(held.AddMinutes(10), clock.GetUtcNow());
    }

    [Fact]
    public async Task Due_timers_fire_in_order_also_when_late()
    {
        var clock = new ClusterClock(_wall, 600, Start);
        var seen = new TaskCompletionSource<DateTimeOffset>();
        using ITimer timer = clock.CreateTimer(
            _ => seen.SetResult(clock.GetUtcNow()),
            null,
            TimeSpan.FromSeconds(30),
            Timeout.InfiniteTimeSpan
        );

        // The machine stood still for an hour, as seen from here.
        _wall.Advance(TimeSpan.FromHours(1));

        Assert.InRange(await seen.Task, Start.AddSeconds(30), Start.AddSeconds(40));
    }

    [Fact]
    public void A_freed_clock_ignores_holds()
    {
        var clock = new ClusterClock(_wall, 60, Start);
        using ClockHold hold = clock.Hold();

        clock.Free();
        _wall.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(Start.AddHours(1), clock.GetUtcNow());
    }
}
