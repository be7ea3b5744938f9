using NodeManager.Sandbox.Controllers.Nodes;

namespace NodeManager.Sandbox.Tests.Controllers.Lifecycle;

public sealed class TaintLineTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly TaintLine _line = new();

    [Fact]
    public void The_first_node_is_tainted_immediately_and_the_others_at_the_rate()
    {
        Add("a", "b", "c");
        Assert.Equal(("a", null, "b", null), (Take(0), Take(9.9), Take(10), Take(10)));
        Assert.Equal(Start.AddSeconds(20), _line.Next);
        Assert.Equal("c", Take(25));
        Assert.Null(_line.Next);
    }

    [Fact]
    public void An_idle_queue_accumulates_one_taint()
    {
        Add("a", "b");
        Assert.Equal(("a", "b"), (Take(0), Take(1000)));
        Add("c");
        Assert.Equal((null, "c"), (Take(1001), Take(1010)));
    }

    [Fact]
    public void A_tainted_node_is_queued_again_only_after_its_removal()
    {
        Add("a", "a");
        Assert.Equal(("a", true), (Take(0), _line.HasTaken("a")));
        Add("a");
        Assert.Null(Take(100));
        _line.Remove("a");
        Add("a");
        Assert.Equal("a", Take(100));
    }

    [Fact]
    public void A_removed_node_is_not_tainted()
    {
        Add("a", "b");
        _line.Remove("a");
        _line.MarkTaken("b");
        Assert.Null(Take(0));
        Assert.Null(_line.Next);
    }

    [Theory]
    // Nothing was taken before: the new rate has a node free as well.
    [InlineData(-1, 0.01, 50, "a")]
    // The former rate allows a node: so does the new one.
    [InlineData(0, 0.01, 20, "b")]
    // The former rate does not allow one: the new one starts with its full interval.
    [InlineData(0, 0.01, 5, null)]
    [InlineData(0, 0, 20, null)]
    public void A_change_of_the_rate_keeps_the_available_taint(double takenAt, double rate, double changedAt, string? next)
    {
        Add("a", "b");
        if (takenAt >= 0)
            Take(takenAt);
        _line.ChangeRate(rate, Start.AddSeconds(changedAt));
        Assert.Equal(next, Take(changedAt));
    }

    [Fact]
    public void A_stopped_timer_waits_a_full_interval_when_it_resumes()
    {
        Add("a");
        _line.ChangeRate(0, Start);
        Assert.Equal((null, null), (Take(500), _line.Next));
        _line.ChangeRate(0.1, Start.AddSeconds(500));
        Assert.Equal((null, "a"), (Take(509.9), Take(510)));
    }

    [Fact]
    public void The_same_rate_again_changes_nothing()
    {
        Add("a", "b");
        Take(0);
        _line.ChangeRate(0.1, Start.AddSeconds(9));
        Assert.Equal("b", Take(10));
    }

    private void Add(params string[] nodes)
    {
        foreach (string node in nodes)
            _line.Add(node);
    }

    private string? Take(double second) => _line.Take(Start.AddSeconds(second));
}
