using NodeManager.Core.Drain.Budgets;

namespace NodeManager.Core.Tests.Drain.Running;

public sealed class AnswerTimeTests
{
    [Fact]
    public void Before_the_first_answer_one_is_late_after_fifty_milliseconds() => Assert.Equal(50, new AnswerTime().Limit.TotalMilliseconds);

    [Fact]
    public void Steady_answers_make_a_small_delay_late() => Assert.InRange(After([.. Enumerable.Repeat(14d, 40)]), 28, 30);

    [Fact]
    public void Answers_that_differ_much_are_given_more_time() =>
        Assert.InRange(After([.. Enumerable.Range(0, 40).Select(i => i % 2 == 0 ? 20d : 100d)]), 150, 300);

    [Fact]
    public void An_answer_that_was_delayed_in_the_server_is_not_counted() => Assert.Equal(After(14, 14, 14), After(14, 14, 500, 14, 560));

    private static double After(params double[] milliseconds)
    {
        AnswerTime time = new();
        foreach (double took in milliseconds) time.Add(TimeSpan.FromMilliseconds(took));
        return time.Limit.TotalMilliseconds;
    }
}
