using NodeManager.Kubernetes.Timing;

namespace NodeManager.Sandbox.Controllers.Jobs;

/// <summary>The times of a cron job's schedule.</summary>
internal sealed class CronTimes
{
    // A schedule such as 29 February has a time every eight years at the latest.
    private static readonly TimeSpan Horizon = TimeSpan.FromDays(8 * 366);

    private readonly CronExpression? _expression;
    private readonly TimeSpan? _interval;
    private readonly TimeZoneInfo _zone;

    private CronTimes(CronExpression? expression, TimeSpan? interval, TimeZoneInfo zone) =>
        (_expression, _interval, _zone) = (expression, interval, zone);

    /// <summary>Null for a schedule or a time zone that cannot be read.</summary>
    public static CronTimes? Parse(string schedule, string? zone)
    {
        const string every = "@every ";
        TimeZoneInfo? found = TimeZoneInfo.Utc;
        if (!string.IsNullOrEmpty(zone) && !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out found))
            return null;
        if (schedule.StartsWith(every, StringComparison.Ordinal))
            return GoDuration.Parse(schedule[every.Length..]) is { } interval && interval >= TimeSpan.FromSeconds(1)
                ? new(null, interval, found)
                : null;
        return CronExpression.Parse(schedule) is { } expression ? new(expression, null, found) : null;
    }

    /// <summary>The first time after a moment; null for none.</summary>
    public DateTimeOffset? Next(DateTimeOffset moment)
    {
        if (_interval is { } interval)
            return moment + interval;
        // The expression reads the wall clock of the zone.
        DateTime local = TimeZoneInfo.ConvertTime(moment, _zone).DateTime;
        if (_expression!.Next(new(local, TimeSpan.Zero), Horizon) is not { } next)
            return null;
        DateTime wall = next.DateTime;
        // A time that the clock skips is that of the next valid hour.
        while (_zone.IsInvalidTime(wall))
            wall = wall.AddHours(1);
        DateTimeOffset at = new(wall, _zone.GetUtcOffset(wall));
        return at > moment ? at : at + (_zone.GetUtcOffset(wall.AddHours(-1)) - _zone.GetUtcOffset(wall.AddHours(1)));
    }

    /// <summary>The latest time after a moment and not after another; null for none.</summary>
    public DateTimeOffset? Latest(DateTimeOffset after, DateTimeOffset until)
    {
        if (_interval is { } interval)
            return after + interval > until ? null : after + (interval * Math.Floor((until - after) / interval));
        // Doubling steps back find it without a walk over all missed times.
        for (TimeSpan back = TimeSpan.FromHours(1); ; back *= 2)
        {
            DateTimeOffset from = until - back > after ? until - back : after;
            DateTimeOffset? latest = null;
            for (DateTimeOffset? next = Next(from); next <= until; next = Next(next.Value))
                latest = next;
            if (latest is not null || from == after)
                return latest;
        }
    }
}
