using NodeManager.Autoscaling.Decisions;

namespace NodeManager.Core.Tests.Autoscaling;

/// <summary>The log of decisions as its ConfigMap has it.</summary>
public sealed class DecisionTextTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_log_keeps_the_latest_thousand_decisions_in_order()
    {
        List<DecisionEntry> read = DecisionText.Parse(DecisionText.Format([.. Entries(1500, "None", "Nothing to do.")]));

        Assert.Equal(Enumerable.Range(500, 1000).Select(static number => $"pod/shop/{number}"), read.Select(static one => one.Target));
        Assert.Equal(new DecisionEntry(Start.AddSeconds(1499), "workers", "pod/shop/1499", "None", "Nothing to do."), read[^1]);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("\"\u0001")]
    [InlineData("語")]
    public void The_log_never_exceeds_256_KiB_and_keeps_the_newest_decisions(string letter)
    {
        string text = DecisionText.Format([.. Entries(1000, "Wait", string.Concat(Enumerable.Repeat(letter, 1000)))]);

        Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(text), 200 << 10, 256 << 10);
        List<DecisionEntry> read = DecisionText.Parse(text);
        Assert.Equal("pod/shop/999", read[^1].Target);
        Assert.InRange(read.Count, 50, 999);
        Assert.All(read, static one => Assert.Equal(500, one.Reason.Length));
    }

    [Fact]
    public void A_line_that_cannot_be_read_is_omitted()
    {
        string text = DecisionText.Format([.. Entries(2, "None", "r")]);

        Assert.Equal(
            ["pod/shop/0", "pod/shop/1"],
            DecisionText
                .Parse(text.Replace("\n", "\nnot a decision\n{\"at\":1}\n", StringComparison.Ordinal))
                .Select(static one => one.Target)
        );
        Assert.Empty(DecisionText.Parse(null));
    }

    private static IEnumerable<DecisionEntry> Entries(int count, string decision, string reason) =>
        Enumerable
            .Range(0, count)
            .Select(number => new DecisionEntry(Start.AddSeconds(number), "workers", $"pod/shop/{number}", decision, reason));
}
