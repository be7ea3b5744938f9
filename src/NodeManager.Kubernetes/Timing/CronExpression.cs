using System.Globalization;

namespace NodeManager.Kubernetes.Timing;

/// <summary>A cron expression of five fields or a descriptor such as <c>@daily</c>, in UTC. Source: cron(5), as CronJobs read it.</summary>
public sealed class CronExpression
{
    private static readonly string[] MonthNames = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] DayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly ulong _minutes;
    private readonly ulong _hours;
    private readonly ulong _days;
    private readonly ulong _months;
    private readonly ulong _weekdays;
    private readonly bool _isAnyDay;

    private CronExpression(ulong minutes, ulong hours, ulong days, ulong months, ulong weekdays, bool isAnyDay)
    {
        _minutes = minutes;
        _hours = hours;
        _days = days;
        _months = months;
        _weekdays = weekdays;
        _isAnyDay = isAnyDay;
    }

    /// <summary>Null for what is not one.</summary>
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
        if (full.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is not [var minute, var hour, var day, var month, var weekday]) return null;
        if (Field(minute, 0, 59, []) is not { } minutes || Field(hour, 0, 23, []) is not { } hours || Field(day, 1, 31, []) is not { } days
            || Field(month, 1, 12, MonthNames) is not { } months || Field(weekday, 0, 6, DayNames) is not { } weekdays) return null;
        return new(minutes, hours, days, months, weekdays, IsAny(day) || IsAny(weekday));
    }

    /// <summary>Whether a time of the schedule lies within the span that ends at a moment: what began then still lasts.</summary>
    public bool HasWithin(DateTimeOffset moment, TimeSpan span)
    {
        DateTimeOffset time = Floor(moment);
        for (; moment - time < span; time -= Minute)
            if (Matches(time)) return true;
        return false;
    }

    /// <summary>The first time after a moment; null where there is none within a span.</summary>
    public DateTimeOffset? Next(DateTimeOffset moment, TimeSpan within)
    {
        for (DateTimeOffset time = Floor(moment) + Minute; time - moment <= within; time += Minute)
            if (Matches(time)) return time;
        return null;
    }

    public bool Matches(DateTimeOffset time)
    {
        DateTime utc = time.UtcDateTime;
        if (!Has(_minutes, utc.Minute) || !Has(_hours, utc.Hour) || !Has(_months, utc.Month)) return false;
        bool isDay = Has(_days, utc.Day), isWeekday = Has(_weekdays, (int)utc.DayOfWeek);
        // Where both are restricted, either will do.
        return _isAnyDay ? isDay && isWeekday : isDay || isWeekday;
    }

    private static bool Has(ulong set, int value) => (set & (1UL << value)) != 0;

    private static bool IsAny(string field) => field[0] is '*' or '?';

    private static DateTimeOffset Floor(DateTimeOffset moment) => new(moment.UtcTicks - (moment.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero);

    private static ulong? Field(string field, int least, int most, string[] names)
    {
        ulong set = 0;
        foreach (string range in field.Split(','))
        {
            if (Range(range, least, most, names) is not { } part) return null;
            set |= part;
        }

        return set;
    }

    private static ulong? Range(string range, int least, int most, string[] names)
    {
        string[] parts = range.Split('/');
        int step = 1;
        if (parts.Length > 2 || (parts.Length == 2 && (!int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out step) || step < 1))) return null;
        int start = least, end = most;
        if (parts[0] is not ("*" or "?"))
        {
            string[] ends = parts[0].Split('-');
            if (ends.Length > 2 || Number(ends[0], least, names) is not { } first || Number(ends[^1], least, names) is not { } last) return null;
            start = first;
            end = ends.Length == 1 && parts.Length == 2 ? most : last;
        }

        if (start < least || end > most || start > end) return null;
        ulong set = 0;
        for (int value = start; value <= end; value += step) set |= 1UL << value;
        return set;
    }

    private static int? Number(string text, int least, string[] names)
    {
        int named = Array.FindIndex(names, name => name.Equals(text, StringComparison.OrdinalIgnoreCase));
        if (named >= 0) return named + least;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
    }
}
