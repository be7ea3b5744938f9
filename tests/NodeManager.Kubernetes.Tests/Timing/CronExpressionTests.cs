using NodeManager.Kubernetes.Timing;

namespace NodeManager.Kubernetes.Tests.Timing;

public sealed class CronExpressionTests
{
    // A Wednesday.
    private static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("* * * * *", "2026-03-04T12:01:00Z")]
    [InlineData("*/15 * * * *", "2026-03-04T12:15:00Z")]
    [InlineData("5/20 * * * *", "2026-03-04T12:05:00Z")]
    [InlineData("0 9 * * 1-5", "2026-03-05T09:00:00Z")]
    [InlineData("0 9 * * sat,SUN", "2026-03-07T09:00:00Z")]
    [InlineData("30 23 31 * *", "2026-03-31T23:30:00Z")]
    [InlineData("0 0 1 jan *", "2027-01-01T00:00:00Z")]
    [InlineData("0 0 13 * 5", "2026-03-06T00:00:00Z")]
    [InlineData("@daily", "2026-03-05T00:00:00Z")]
    [InlineData("@hourly", "2026-03-04T13:00:00Z")]
    [InlineData("@weekly", "2026-03-08T00:00:00Z")]
    [InlineData("0 0 30 2 *", null)]
    public void The_next_occurrence_is_found(string text, string? next) =>
        Assert.Equal(next is null ? null : DateTimeOffset.Parse(next, System.Globalization.CultureInfo.InvariantCulture), CronExpression.Parse(text)!.Next(Noon, TimeSpan.FromDays(400)));

    [Theory]
    [InlineData("0 9 * * *", 3.0, false)]
    [InlineData("0 9 * * *", 3.02, true)]
    [InlineData("0 12 * * *", 0.5, true)]
    [InlineData("1 12 * * *", 0.5, false)]
    public void A_window_that_began_within_its_duration_is_open(string text, double hours, bool lasts) =>
        Assert.Equal(lasts, CronExpression.Parse(text)!.HasWithin(Noon, TimeSpan.FromHours(hours)));

    [Theory]
    [InlineData("")]
    [InlineData("* * * *")]
    [InlineData("60 * * * *")]
    [InlineData("* 24 * * *")]
    [InlineData("* * 0 * *")]
    [InlineData("* * * 13 *")]
    [InlineData("* * * * 7")]
    [InlineData("5-1 * * * *")]
    [InlineData("*/0 * * * *")]
    [InlineData("a * * * *")]
    [InlineData("@never")]
    public void An_invalid_cron_expression_is_refused(string text) => Assert.Null(CronExpression.Parse(text));
}
