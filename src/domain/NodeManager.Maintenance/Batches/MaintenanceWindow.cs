namespace NodeManager.Maintenance.Batches;

/// <summary>
/// A time of the week in which nodes may be begun, as <c>Sat,Sun 22:00-04:00 Europe/Zurich</c>. The days are those on which it opens; one
/// that closes before it opens closes on the next day. It goes by the clock on the wall: where that is put forward, times that it skips
/// do not come, and where it is put back, they come twice. Pure.
/// </summary>
public sealed record MaintenanceWindow
{
    private static readonly TimeSpan WholeDay = TimeSpan.FromDays(1);

    internal MaintenanceWindow(IReadOnlySet<DayOfWeek> days, TimeSpan opens, TimeSpan closes, TimeZoneInfo zone, string text)
    {
        Days = days;
        Opens = opens;
        Closes = closes;
        Zone = zone;
        Text = text;
    }

    /// <summary>On which it opens.</summary>
    public IReadOnlySet<DayOfWeek> Days { get; }

    /// <summary>After midnight.</summary>
    public TimeSpan Opens { get; }

    /// <summary>After midnight; no later than <see cref="Opens"/> means on the next day.</summary>
    public TimeSpan Closes { get; }

    public TimeZoneInfo Zone { get; }

    /// <summary>Complete: with days and zone, so that it says the same on every machine.</summary>
    public string Text { get; }

    public bool IsOpen(DateTimeOffset at)
    {
        DateTime wall = TimeZoneInfo.ConvertTime(at, Zone).DateTime;
        TimeSpan time = wall.TimeOfDay;
        if (Closes > Opens)
            return Days.Contains(wall.DayOfWeek) && time >= Opens && time < Closes;
        return (Days.Contains(wall.DayOfWeek) && time >= Opens) || (Days.Contains(wall.AddDays(-1).DayOfWeek) && time < Closes);
    }

    /// <summary>When it is open next: now, where it is.</summary>
    public DateTimeOffset NextOpening(DateTimeOffset from)
    {
        if (IsOpen(from))
            return from;
        DateTime today = TimeZoneInfo.ConvertTime(from, Zone).Date;
        // Two weeks: the one opening of this week may fall into the hour that is skipped.
        return Enumerable
            .Range(-1, 16)
            .SelectMany(day => Instants(today.AddDays(day) + Opens))
            .Where(at => at > from && IsOpen(at))
            .Order()
            .FirstOrDefault(from + (14 * WholeDay));
    }

    public override string ToString() => Text;

    // The moments at which the wall shows this time: one, two where it is put back, the next that there is where it is put forward.
    private IEnumerable<DateTimeOffset> Instants(DateTime wall)
    {
        DateTime time = DateTime.SpecifyKind(wall, DateTimeKind.Unspecified);
        while (Zone.IsInvalidTime(time))
            time = time.AddMinutes(1);
        return Zone.IsAmbiguousTime(time)
            ? Zone.GetAmbiguousTimeOffsets(time).Select(offset => new DateTimeOffset(time, offset))
            : [new DateTimeOffset(time, Zone.GetUtcOffset(time))];
    }
}
