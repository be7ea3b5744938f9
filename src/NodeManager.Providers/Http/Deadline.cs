namespace NodeManager.Providers.Http;

/// <summary>A monotonic timeout, unaffected by changes of the clock.</summary>
internal readonly struct Deadline(TimeProvider time, TimeSpan limit)
{
    private readonly long _start = time.GetTimestamp();

    public bool IsOver => Remaining <= TimeSpan.Zero;

    public TimeSpan Remaining => limit - time.GetElapsedTime(_start);
}
