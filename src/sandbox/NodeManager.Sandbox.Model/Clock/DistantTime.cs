namespace NodeManager.Sandbox.Model.Clock;

/// <summary>Moments that objects ask for: any number of seconds away, which may be more than there is time.</summary>
internal static class DistantTime
{
    /// <summary>The moment so many seconds later (earlier, if negative), or the last (first) one that a time can name.</summary>
    public static DateTimeOffset After(this DateTimeOffset moment, long seconds)
    {
        if (seconds >= (DateTimeOffset.MaxValue - moment).TotalSeconds)
            return DateTimeOffset.MaxValue;
        return seconds <= (DateTimeOffset.MinValue - moment).TotalSeconds ? DateTimeOffset.MinValue : moment.AddSeconds(seconds);
    }
}
