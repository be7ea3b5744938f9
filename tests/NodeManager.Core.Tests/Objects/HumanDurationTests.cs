using System.Globalization;

namespace NodeManager.Core.Tests.Objects;

public sealed class HumanDurationTests
{
    [Theory]
    [InlineData("5.03:10:00", "5d3h")]
    [InlineData("5.00:10:00", "5d")]
    [InlineData("20.11:00:00", "20d")]
    [InlineData("400.00:00:00", "1y35d")]
    [InlineData("00:17:04", "17m")]
    [InlineData("00:09:04", "9m4s")]
    [InlineData("00:00:09", "9s")]
    [InlineData("00:00:00.4", "0.4s")]
    [InlineData("00:00:00", "0s")]
    [InlineData("-00:01:00", "-1m")]
    public void A_duration_shows_its_largest_unit_and_the_next_one_below_ten(string duration, string expected) =>
        Assert.Equal(expected, HumanDuration.Format(TimeSpan.Parse(duration, CultureInfo.InvariantCulture)));
}
