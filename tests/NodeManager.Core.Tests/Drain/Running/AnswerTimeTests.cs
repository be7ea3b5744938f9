using NodeManager.Drains.Budgets;

namespace NodeManager.Core.Tests.Drain.Running;

public sealed class AnswerTimeTests
{
    [Fact]
    public void Before_the_first_response_the_limit_is_fifty_milliseconds() => Assert.Equal(50, new AnswerTime().Limit.TotalMilliseconds);

    [Fact]
    public void Steady_response_times_lower_the_limit() => Assert.InRange(After([.. Enumerable.Repeat(14d, 40)]), 28, 30);

    [Fact]
    public void Varying_response_times_raise_the_limit() =>
        Assert.InRange(After([.. Enumerable.Range(0, 40).Select(i => i % 2 == 0 ? 20d : 100d)]), 150, 300);

    [Fact]
    public void A_response_delayed_by_the_server_is_not_counted() => Assert.Equal(After(14, 14, 14), After(14, 14, 500, 14, 560));

    private static double After(params double[] milliseconds)
    {
        AnswerTime time = new();
        foreach (double took in milliseconds)
            time.Add(TimeSpan.FromMilliseconds(took));
        return time.Limit.TotalMilliseconds;
    }
}
