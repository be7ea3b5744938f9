using NodeManager.Providers.Http;

namespace NodeManager.Providers.Tests.Http;

public sealed class DeadlineTests
{
    [Fact]
    public void A_deadline_depends_on_the_time_that_passes_and_not_on_the_time_of_day()
    {
        var clock = new SetClock();
        Deadline deadline = new(clock, TimeSpan.FromMinutes(5));

        clock.TimeOfDay += TimeSpan.FromHours(2);
        clock.Passed = TimeSpan.FromMinutes(4);
        Assert.False(deadline.IsOver);
        clock.TimeOfDay -= TimeSpan.FromHours(9);
        clock.Passed = TimeSpan.FromMinutes(5);
        Assert.True(deadline.IsOver);
    }

    private sealed class SetClock : TimeProvider
    {
        public DateTimeOffset TimeOfDay { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public TimeSpan Passed { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => TimeOfDay;

        public override long GetTimestamp() => Passed.Ticks;
    }
}
