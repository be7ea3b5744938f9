using System.Globalization;
using System.Text.RegularExpressions;

namespace NodeManager.Maintenance.Batches;

/// <summary>
/// Parses windows: <c>[DAYS] HH:MM-HH:MM [ZONE]</c>. Days are names or their first three letters, lists and ranges of them
/// (<c>Mon-Fri,Sun</c>), or <c>Daily</c>, the default. Zones have IANA or Windows names, or <c>UTC</c>.
/// </summary>
public static partial class WindowParser
{
    private static readonly DayOfWeek[] Week =
    [
        DayOfWeek.Monday,
        DayOfWeek.Tuesday,
        DayOfWeek.Wednesday,
        DayOfWeek.Thursday,
        DayOfWeek.Friday,
        DayOfWeek.Saturday,
        DayOfWeek.Sunday,
    ];

    /// <param name="local">The default zone.</param>
    /// <exception cref="NodeManagerException">InvalidWindow.</exception>
    public static MaintenanceWindow Parse(string text, TimeZoneInfo local)
    {
        Match match = Shape().Match(text);
        if (!match.Success)
            throw Invalid(text, "it does not consist of days, times and a time zone");
        TimeSpan opens = Time(text, match.Groups["opens"].Value),
            closes = Time(text, match.Groups["closes"].Value);
        if (opens == TimeSpan.FromDays(1))
            throw Invalid(text, "it opens at 24:00; write 00:00 of the next day");
        if (opens == closes)
            throw Invalid(text, "it opens and closes at the same time; a whole day is 00:00-24:00");
        SortedSet<DayOfWeek> days = Days(text, match.Groups["days"].Value);
        string name = match.Groups["zone"].Value;
        TimeZoneInfo zone = name.Length > 0 ? Zone(text, name) : local;
        // The server of another platform reads it from the record of a run.
        string zoneName = name.Contains('/', StringComparison.Ordinal) && !zone.HasIanaId ? name : TimeZones.NameOf(zone);
        string dayNames = days.Count == Week.Length ? "Daily" : string.Join(",", Week.Where(days.Contains).Select(d => d.ToString()[..3]));
        return new(days, opens, closes, zone, $"{dayNames} {match.Groups["opens"].Value}-{match.Groups["closes"].Value} {zoneName}");
    }

    private static SortedSet<DayOfWeek> Days(string text, string days)
    {
        if (days.Length == 0 || days.Equals("daily", StringComparison.OrdinalIgnoreCase))
            return [.. Week];
        SortedSet<DayOfWeek> set = [];
        foreach (string part in days.Split(',', StringSplitOptions.TrimEntries))
        {
            string[] ends = part.Split('-', StringSplitOptions.TrimEntries);
            int first = Day(text, ends[0]),
                last = Day(text, ends[^1]);
            if (ends.Length > 2)
                throw Invalid(text, $"'{part}' is not a day or a range of days");
            for (int day = first; ; day = (day + 1) % Week.Length)
            {
                set.Add(Week[day]);
                if (day == last)
                    break;
            }
        }

        return set;
    }

    private static int Day(string text, string name)
    {
        int day = name.Length < 3 ? -1 : Array.FindIndex(Week, d => d.ToString().StartsWith(name, StringComparison.OrdinalIgnoreCase));
        return day >= 0 ? day : throw Invalid(text, $"'{name}' is not a day of the week");
    }

    private static TimeSpan Time(string text, string time)
    {
        int colon = time.IndexOf(':', StringComparison.Ordinal);
        int hours = int.Parse(time[..colon], CultureInfo.InvariantCulture),
            minutes = int.Parse(time[(colon + 1)..], CultureInfo.InvariantCulture);
        TimeSpan of = new(hours, minutes, 0);
        return minutes < 60 && of <= TimeSpan.FromDays(1) ? of : throw Invalid(text, $"'{time}' is not a time of day");
    }

    private static TimeZoneInfo Zone(string text, string name) =>
        TimeZones.Find(name) ?? throw Invalid(text, $"time zone '{name}' is not installed on this machine");

    private static NodeManagerException Invalid(string text, string why) =>
        new(
            ErrorIds.InvalidWindow,
            ErrorKind.InvalidArgument,
            $"'{text}' is not a valid window: {why}.",
            text,
            "Specify days, times and a time zone, such as 'Sat,Sun 22:00-04:00 Europe/Zurich' or '01:00-05:00 UTC'."
        );

    [GeneratedRegex(
        @"^\s*((?<days>[A-Za-z]+(\s*[,-]\s*[A-Za-z]+)*)\s+)?(?<opens>\d{1,2}:\d{2})\s*-\s*(?<closes>\d{1,2}:\d{2})(\s+(?<zone>\S.*?))?\s*$",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant
    )]
    private static partial Regex Shape();
}
