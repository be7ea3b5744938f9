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
        Assert.Equal(
            next is null ? null : DateTimeOffset.Parse(next, System.Globalization.CultureInfo.InvariantCulture),
            CronExpression.Parse(text)!.Next(Noon, TimeSpan.FromDays(400))
        );

    /// <summary>The cases of robfig/cron v3 (spec_test.go, TestActivation), with which Kubernetes reads schedules.</summary>
    [Theory]
    [InlineData("2012-07-09T15:00", "0/15 * * * *", true)]
    [InlineData("2012-07-09T15:45", "0/15 * * * *", true)]
    [InlineData("2012-07-09T15:40", "0/15 * * * *", false)]
    [InlineData("2012-07-09T15:05", "5/15 * * * *", true)]
    [InlineData("2012-07-09T15:20", "5/15 * * * *", true)]
    [InlineData("2012-07-09T15:50", "5/15 * * * *", true)]
    [InlineData("2012-07-15T15:00", "0/15 * * Jul *", true)]
    [InlineData("2012-07-15T15:00", "0/15 * * Jun *", false)]
    [InlineData("2012-07-15T08:30", "30 08 ? Jul Sun", true)]
    [InlineData("2012-07-15T08:30", "30 08 15 Jul ?", true)]
    [InlineData("2012-07-16T08:30", "30 08 ? Jul Sun", false)]
    [InlineData("2012-07-16T08:30", "30 08 15 Jul ?", false)]
    [InlineData("2012-07-09T15:00", "@hourly", true)]
    [InlineData("2012-07-09T15:04", "@hourly", false)]
    [InlineData("2012-07-09T15:00", "@daily", false)]
    [InlineData("2012-07-09T00:00", "@daily", true)]
    [InlineData("2012-07-09T00:00", "@weekly", false)]
    [InlineData("2012-07-08T00:00", "@weekly", true)]
    [InlineData("2012-07-08T01:00", "@weekly", false)]
    [InlineData("2012-07-08T00:00", "@monthly", false)]
    [InlineData("2012-07-01T00:00", "@monthly", true)]
    // Both are restricted: one needs to match.
    [InlineData("2012-07-15T00:00", "* * 1,15 * Sun", true)]
    [InlineData("2012-06-15T00:00", "* * 1,15 * Sun", true)]
    [InlineData("2012-08-01T00:00", "* * 1,15 * Sun", true)]
    [InlineData("2012-07-15T00:00", "* * */10 * Sun", true)]
    // One has a star: both need to match.
    [InlineData("2012-07-15T00:00", "* * * * Mon", false)]
    [InlineData("2012-07-09T00:00", "* * 1,15 * *", false)]
    [InlineData("2012-07-15T00:00", "* * 1,15 * *", true)]
    [InlineData("2012-07-15T00:00", "* * */2 * Sun", true)]
    // A star anywhere in the list, and a step of 1.
    [InlineData("2012-07-15T00:00", "* * 5,* * Mon", false)]
    [InlineData("2012-07-15T00:00", "* * */1 * Mon", false)]
    [InlineData("2012-07-11T00:00", "0 0 */10 * sun", true)]
    [InlineData("2012-07-12T00:00", "0 0 */10 * sun", false)]
    [InlineData("2012-07-22T00:00", "0 0 */10 * sun", true)]
    public void A_moment_matches_as_robfig_cron_has_it(string time, string text, bool matches) =>
        Assert.Equal(
            matches,
            CronExpression.Parse(text)!.Matches(new(DateTime.Parse(time, System.Globalization.CultureInfo.InvariantCulture), TimeSpan.Zero))
        );

    [Fact]
    public void A_step_of_days_and_a_weekday_fire_on_either()
    {
        CronExpression schedule = CronExpression.Parse("0 0 */10 * sun")!;
        int days = Enumerable
            .Range(0, 365)
            .Count(day => schedule.Matches(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddDays(day)));

        // 52 Sundays; the 1st, 11th and 21st of 12 months and the 31st of 7, less those that are Sundays.
        int dates = Enumerable
            .Range(0, 365)
            .Select(static day => new DateTime(2026, 1, 1).AddDays(day))
            .Count(static date => date.Day is 1 or 11 or 21 or 31 || date.DayOfWeek == DayOfWeek.Sunday);
        Assert.Equal((dates, 88), (days, dates));
    }

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
