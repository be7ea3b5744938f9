using NodeManager.Drains.Workloads;

namespace NodeManager.Core.Tests.Drain.Running;

public sealed class WorkloadPaceTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;

    // Each word: seconds, ready pods (with ! if the others are stuck), and how many of 12 may go, or ~ and how long to wait.
    [Theory]
    [InlineData("0:12:3")] // 25 %
    [InlineData("0:12:3 0:9:~120 60:9:~60 61:10:1")] // one replacement is ready, one more may go
    [InlineData("0:12:3 0:9:~120 119:9:~1 120:9:3")] // none became ready: three more
    [InlineData("0:12:3 120:9:3 120:6:~120 240:6:6")] // then twice as many
    [InlineData("0:12:3 120:9:3 130:12:3 130:9:~120")] // the limit holds again
    [InlineData("0:12:3 0:9!:~15 15:9!:3")] // they fit nowhere
    [InlineData("0:12:3 0:9!:~15 10:9:~110 110:9!:~10 120:9!:3")] // a moment only
    [InlineData("0:5!:~15 15:5!:3 15:2!:~15 30:2!:6")] // broken before the drain
    [InlineData("0:14:5")] // surplus pods of a rolling update
    public void A_workload_spares_pods_as_replacements_become_ready(string steps)
    {
        WorkloadPace pace = new(TimeSpan.FromMinutes(2));
        foreach (string[] step in steps.Split(' ').Select(s => s.Split(':')))
        {
            DateTimeOffset now = Start.AddSeconds(Number(step[0]));
            (int count, TimeSpan wait) = pace.Next(now, Number(step[1].TrimEnd('!')), 12, step[1].EndsWith('!'), 3);

            Assert.Equal(step[2], count > 0 ? $"{count}" : $"~{wait.TotalSeconds}");
            if (count > 0)
                pace.RecordEvictions(now, count);
        }
    }

    [Fact]
    public void A_workload_that_never_recovers_delays_the_drain_by_a_few_waits()
    {
        WorkloadPace pace = new(TimeSpan.FromMinutes(2));
        DateTimeOffset now = Start;
        int ready = 100;
        while (ready > 0)
        {
            (int count, TimeSpan wait) = pace.Next(now, ready, 100, false, 1);
            if (count > 0)
                pace.RecordEvictions(now, count);
            ready -= count;
            now += wait;
        }

        Assert.Equal(TimeSpan.FromMinutes(14), now - Start);
    }

    private static int Number(string text) => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
