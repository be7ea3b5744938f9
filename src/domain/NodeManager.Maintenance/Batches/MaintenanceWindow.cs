namespace NodeManager.Maintenance.Batches;

/// <summary>
/// A weekly time in which nodes may be started, as <c>Sat,Sun 22:00-04:00 Europe/Zurich</c>. The days are opening days; a window that
/// closes before it opens closes on the next day. Follows the local clock: at a time change, skipped times do not occur, and repeated times
/// occur twice.
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

    /// <summary>The opening days.</summary>
    public IReadOnlySet<DayOfWeek> Days { get; }

    /// <summary>After midnight.</summary>
    public TimeSpan Opens { get; }

    /// <summary>After midnight; no later than <see cref="Opens"/> means on the next day.</summary>
    public TimeSpan Closes { get; }

    public TimeZoneInfo Zone { get; }

    /// <summary>Complete with days and zone, so that it means the same on every machine.</summary>
    public string Text { get; }

    public bool IsOpen(DateTimeOffset at)
    {
        DateTime wall = TimeZoneInfo.ConvertTime(at, Zone).DateTime;
        TimeSpan time = wall.TimeOfDay;
        if (Closes > Opens)
            return Days.Contains(wall.DayOfWeek) && time >= Opens && time < Closes;
        return (Days.Contains(wall.DayOfWeek) && time >= Opens) || (Days.Contains(wall.AddDays(-1).DayOfWeek) && time < Closes);
    }

    /// <summary>The next opening; now if it is open.</summary>
    public DateTimeOffset NextOpening(DateTimeOffset from)
    {
        if (IsOpen(from))
            return from;
        DateTime today = TimeZoneInfo.ConvertTime(from, Zone).Date;
        // Two weeks: this week's only opening may fall into the skipped hour.
        return Enumerable
            .Range(-1, 16)
            .SelectMany(day => Instants(today.AddDays(day) + Opens))
            .Where(at => at > from && IsOpen(at))
            .Order()
            .FirstOrDefault(from + (14 * WholeDay));
    }

    public override string ToString() => Text;

    // The instants of this local time: one; two if it is repeated; the next valid one if it is skipped.
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
