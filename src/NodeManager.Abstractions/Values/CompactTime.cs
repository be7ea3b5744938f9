namespace NodeManager;

/// <summary>A time or none in a third of a nullable DateTimeOffset, in UTC.</summary>
internal readonly struct CompactTime
{
    private readonly long _ticks;

    private CompactTime(DateTimeOffset? time) => _ticks = time?.UtcTicks + 1 ?? 0;

    public static implicit operator CompactTime(DateTimeOffset? time) => new(time);

    public static implicit operator DateTimeOffset?(CompactTime time) =>
        time._ticks == 0 ? null : new DateTimeOffset(time._ticks - 1, TimeSpan.Zero);
}
