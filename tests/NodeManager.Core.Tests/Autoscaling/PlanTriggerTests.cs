using NodeManager.Autoscaling.Host;
using NodeManager.Testing;

namespace NodeManager.Core.Tests.Autoscaling;

/// <summary>When changes lead to a plan.</summary>
public sealed class PlanTriggerTests
{
    [Theory]
    [InlineData(new[] { 0.0 }, 1.0)]
    [InlineData(new[] { 0.0, 0.5, 1.4 }, 2.4)]
    [InlineData(new[] { 0.0, 0.9, 1.8, 2.7, 3.6, 4.5, 5.4, 6.3, 7.2, 8.1, 9.0, 9.9 }, 10.0)]
    public void A_plan_is_due_a_second_after_the_last_change_and_ten_after_the_first(double[] changes, double due)
    {
        var time = new ManualTimeProvider();
        DateTimeOffset start = time.GetUtcNow();
        List<DateTimeOffset> plans = [];
        using PlanTrigger trigger = new(time, () => plans.Add(time.GetUtcNow()));
        foreach (double at in changes)
        {
            time.Advance(start.AddSeconds(at) - time.GetUtcNow());
            trigger.Trigger();
        }

        time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(start.AddSeconds(due), Assert.Single(plans));
    }

    [Fact]
    public void A_change_after_a_plan_starts_the_next_batch_and_a_disposed_trigger_plans_nothing()
    {
        var time = new ManualTimeProvider();
        int plans = 0;
        PlanTrigger trigger = new(time, () => plans++);
        trigger.Trigger();
        time.Advance(TimeSpan.FromSeconds(30));
        trigger.Trigger();
        time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Equal(1, plans);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(2, plans);

        trigger.Trigger();
        trigger.Dispose();
        trigger.Trigger();
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(2, plans);
    }
}
