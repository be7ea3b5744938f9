using NodeManager.Server.Tour;

namespace NodeManager.Server.Tests;

public sealed class HumanAgeTests
{
    [Theory]
    [InlineData("5.03:10:00", "5d3h")]
    [InlineData("5.00:10:00", "5d")]
    [InlineData("00:17:04", "17m4s")]
    [InlineData("00:00:09", "9s")]
    [InlineData("00:00:00.4", "0s")]
    [InlineData("-00:01:00", "0s")]
    public void An_age_is_told_in_its_two_largest_units(string age, string expected) =>
        Assert.Equal(expected, HumanAge.Format(TimeSpan.Parse(age, System.Globalization.CultureInfo.InvariantCulture)));
}
