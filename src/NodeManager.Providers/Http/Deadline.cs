namespace NodeManager.Providers.Http;

/// <summary>When something is given up, whatever happens to the clock meanwhile: one that is set back would make a wait endless.</summary>
/// <param name="time">The clock.</param>
/// <param name="limit">How long from now.</param>
internal readonly struct Deadline(TimeProvider time, TimeSpan limit)
{
    private readonly long _start = time.GetTimestamp();

    public bool IsOver => time.GetElapsedTime(_start) >= limit;
}
