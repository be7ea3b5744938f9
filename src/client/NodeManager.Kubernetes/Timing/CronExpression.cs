using System.Globalization;

namespace NodeManager.Kubernetes.Timing;

/// <summary>
/// A cron expression of five fields or a descriptor such as <c>@daily</c>, in UTC. Source: robfig/cron v3, which CronJobs use.
/// </summary>
public sealed class CronExpression
{
    private static readonly string[] MonthNames = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] DayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    // A bit beyond all values: the field is unrestricted.
    private const ulong Star = 1UL << 63;

    private readonly ulong _minutes;
    private readonly ulong _hours;
    private readonly ulong _days;
    private readonly ulong _months;
    private readonly ulong _weekdays;

    private CronExpression(ulong minutes, ulong hours, ulong days, ulong months, ulong weekdays)
    {
        _minutes = minutes;
        _hours = hours;
        _days = days;
        _months = months;
        _weekdays = weekdays;
    }

    /// <summary>Null if invalid.</summary>
    public static CronExpression? Parse(string text)
    {
        string full = text switch
        {
            "@yearly" or "@annually" => "0 0 1 1 *",
            "@monthly" => "0 0 1 * *",
            "@weekly" => "0 0 * * 0",
            "@daily" or "@midnight" => "0 0 * * *",
            "@hourly" => "0 * * * *",
            _ => text,
        };
        if (full.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is not [var minute, var hour, var day, var month, var weekday])
            return null;
        if (
            Field(minute, 0, 59, []) is not { } minutes
            || Field(hour, 0, 23, []) is not { } hours
            || Field(day, 1, 31, []) is not { } days
            || Field(month, 1, 12, MonthNames) is not { } months
            || Field(weekday, 0, 6, DayNames) is not { } weekdays
        )
            return null;
        return new(minutes, hours, days, months, weekdays);
    }

    /// <summary>Whether the schedule has a time within the span before a moment.</summary>
    public bool HasWithin(DateTimeOffset moment, TimeSpan span)
    {
        DateTimeOffset time = Floor(moment);
        for (; moment - time < span; time -= Minute)
            if (Matches(time))
                return true;
        return false;
    }

    /// <summary>The next time after a moment; null for none within the span.</summary>
    public DateTimeOffset? Next(DateTimeOffset moment, TimeSpan within)
    {
        for (DateTimeOffset time = Floor(moment) + Minute; time - moment <= within; time += Minute)
            if (Matches(time))
                return time;
        return null;
    }

    public bool Matches(DateTimeOffset time)
    {
        DateTime utc = time.UtcDateTime;
        if (!Has(_minutes, utc.Minute) || !Has(_hours, utc.Hour) || !Has(_months, utc.Month))
            return false;
        bool isDay = Has(_days, utc.Day),
            isWeekday = Has(_weekdays, (int)utc.DayOfWeek);
        // If both are restricted, either matches. A step is a restriction: */10 is days 1, 11, 21 and 31.
        return ((_days | _weekdays) & Star) != 0 ? isDay && isWeekday : isDay || isWeekday;
    }

    private static bool Has(ulong set, int value) => (set & (1UL << value)) != 0;

    private static DateTimeOffset Floor(DateTimeOffset moment) =>
        new(moment.UtcTicks - (moment.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero);

    private static ulong? Field(string field, int minimum, int maximum, string[] names)
    {
        ulong set = 0;
        foreach (string range in field.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Range(range, minimum, maximum, names) is not { } part)
                return null;
            set |= part;
        }

        return set;
    }

    private static ulong? Range(string range, int minimum, int maximum, string[] names)
    {
        string[] parts = range.Split('/');
        int step = 1;
        if (
            parts.Length > 2
            || (parts.Length == 2 && (!int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out step) || step < 1))
        )
            return null;
        int start = minimum,
            end = maximum;
        string[] ends = parts[0].Split('-');
        bool isStar = ends[0] is "*" or "?";
        if (!isStar)
        {
            if (
                ends.Length > 2
                || ParseNumber(ends[0], minimum, names) is not { } first
                || ParseNumber(ends[^1], minimum, names) is not { } last
            )
                return null;
            start = first;
            end = ends.Length == 1 && parts.Length == 2 ? maximum : last;
        }

        if (start < minimum || end > maximum || start > end)
            return null;
        ulong set = isStar && step == 1 ? Star : 0;
        // Prevents an overflow by a large step.
        for (long value = start; value <= end; value += step)
            set |= 1UL << (int)value;
        return set;
    }

    private static int? ParseNumber(string text, int minimum, string[] names)
    {
        int named = Array.FindIndex(names, name => name.Equals(text, StringComparison.OrdinalIgnoreCase));
        if (named >= 0)
            return named + minimum;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
    }
}
