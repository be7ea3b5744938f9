using System.Globalization;
using NodeManager.Maintenance.Batches;

namespace NodeManager.Core.Tests.Maintenance;

public sealed class MaintenanceWindowTests
{
    // 2026-11-20 is a Friday. Zürich puts its clocks forward on 2026-03-29 at 02:00, and back on 2026-10-25 at 03:00.
    [Theory]
    [InlineData("Sat,Sun 22:00-04:00 Europe/Zurich", "2026-11-21T20:59:59Z", false)]
    [InlineData("Sat,Sun 22:00-04:00 Europe/Zurich", "2026-11-21T21:00:00Z", true)]
    [InlineData("Sat,Sun 22:00-04:00 Europe/Zurich", "2026-11-23T02:59:59Z", true)]
    [InlineData("Sat,Sun 22:00-04:00 Europe/Zurich", "2026-11-23T03:00:00Z", false)]
    [InlineData("Sat,Sun 22:00-04:00 Europe/Zurich", "2026-11-21T01:00:00Z", false)]
    [InlineData("Mon-Fri 01:00-05:00 UTC", "2026-11-20T01:00:00Z", true)]
    [InlineData("Mon-Fri 01:00-05:00 UTC", "2026-11-21T01:00:00Z", false)]
    [InlineData("Fri-Mon 01:00-05:00 UTC", "2026-11-22T01:00:00Z", true)]
    [InlineData("Fri-Mon 01:00-05:00 UTC", "2026-11-25T01:00:00Z", false)]
    [InlineData("00:00-24:00 UTC", "2026-11-20T23:59:59Z", true)]
    [InlineData("Sun 02:00-03:00 Europe/Zurich", "2026-03-29T01:00:00Z", false)]
    [InlineData("Sun 02:00-03:00 Europe/Zurich", "2026-10-25T00:30:00Z", true)]
    [InlineData("Sun 02:00-03:00 Europe/Zurich", "2026-10-25T01:30:00Z", true)]
    [InlineData("Sun 02:00-03:00 Europe/Zurich", "2026-10-25T02:00:00Z", false)]
    public void A_window_follows_local_time_across_daylight_saving(string window, string at, bool isOpen) =>
        Assert.Equal(isOpen, WindowParser.Parse(window, TimeZoneInfo.Utc).IsOpen(Time(at)));

    [Theory]
    [InlineData("Sat,Sun 22:00-04:00 Europe/Zurich", "2026-11-20T12:00:00Z", "2026-11-21T21:00:00Z")]
    [InlineData("Sat,Sun 22:00-04:00 Europe/Zurich", "2026-11-22T02:00:00Z", "2026-11-22T02:00:00Z")]
    [InlineData("Mon-Fri 01:00-05:00 UTC", "2026-11-20T05:00:00Z", "2026-11-23T01:00:00Z")]
    [InlineData("Sun 02:00-03:00 Europe/Zurich", "2026-03-28T12:00:00Z", "2026-04-05T00:00:00Z")]
    [InlineData("Sun 02:30-04:00 Europe/Zurich", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z")]
    [InlineData("Sun 02:00-02:30 Europe/Zurich", "2026-10-25T00:40:00Z", "2026-10-25T01:00:00Z")]
    [InlineData("22:00-23:00 America/New_York", "2026-11-20T12:00:00Z", "2026-11-21T03:00:00Z")]
    public void The_next_opening_of_the_window_is_reported(string window, string from, string opens) =>
        Assert.Equal(Time(opens), WindowParser.Parse(window, TimeZoneInfo.Utc).NextOpening(Time(from)));

    [Theory]
    [InlineData("22:00-04:00", "Daily 22:00-04:00 Europe/Zurich")]
    [InlineData("daily 1:00-5:00 UTC", "Daily 1:00-5:00 UTC")]
    [InlineData("sunday, SAT 22:00 - 04:00 Europe/Zurich", "Sat,Sun 22:00-04:00 Europe/Zurich")]
    [InlineData("Thu-Sat 22:00-04:00", "Thu,Fri,Sat 22:00-04:00 Europe/Zurich")]
    public void The_text_does_not_depend_on_the_culture(string window, string text)
    {
        MaintenanceWindow parsed = WindowParser.Parse(window, TimeZoneInfo.FindSystemTimeZoneById("Europe/Zurich"));

        Assert.Equal(text, parsed.Text);
        Assert.Equal(text, WindowParser.Parse(parsed.Text, TimeZoneInfo.Utc).Text);
    }

    [Theory]
    [InlineData("W. Europe Standard Time", "Europe/Berlin", "Europe/Berlin")]
    [InlineData("Own Time", null, "Own Time")]
    public void A_local_zone_of_Windows_is_recorded_by_its_IANA_name(string id, string? iana, string expected) =>
        Assert.Equal(expected, TimeZones.NameOf(TimeZoneInfo.CreateCustomTimeZone(id, TimeSpan.FromHours(1), id, id), _ => iana));

    [Theory]
    [InlineData("", "days, times")]
    [InlineData("tonight", "days, times")]
    [InlineData("Foo 22:00-04:00", "'Foo'")]
    [InlineData("S 22:00-04:00", "'S'")]
    [InlineData("Mon-Tue-Wed 22:00-04:00", "Mon-Tue-Wed")]
    [InlineData("25:00-04:00", "'25:00'")]
    [InlineData("22:60-04:00", "'22:60'")]
    [InlineData("24:00-04:00", "24:00")]
    [InlineData("22:00-22:00", "opens and closes at the same time")]
    [InlineData("22:00-04:00 Europe/Nowhere", "'Europe/Nowhere'")]
    public void An_invalid_window_is_reported(string window, string part)
    {
        NodeManagerException e = Assert.Throws<NodeManagerException>(() => WindowParser.Parse(window, TimeZoneInfo.Utc));

        Assert.Equal((ErrorIds.InvalidWindow, ErrorKind.InvalidArgument), (e.ErrorId, e.Kind));
        Assert.Contains(part, e.Message, StringComparison.Ordinal);
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
