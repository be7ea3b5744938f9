using NodeManager.Autoscaling.Planning.ScaleDown;

namespace NodeManager.Core.Tests.Autoscaling.Planning;

public class DisruptionBudgetTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    // Servers that do not evaluate the rules of the definitions store such limits. The pool is invalid, and plans of other pools go on.
    [Theory]
    [InlineData("0 8 * * *", null)]
    [InlineData("0 0 30 2 *", null)]
    [InlineData("whenever", "1h")]
    public void A_limit_without_a_readable_window_is_active_and_does_not_end(string schedule, string? duration)
    {
        DisruptionBudgets limits = new(
            [
                new()
                {
                    Nodes = "0",
                    Schedule = schedule,
                    Duration = duration,
                },
            ],
            nodes: 4,
            disrupted: 0,
            Now
        );

        Assert.NotNull(limits.Find("Empty"));
        Assert.Null(limits.NextChange);
    }
}
