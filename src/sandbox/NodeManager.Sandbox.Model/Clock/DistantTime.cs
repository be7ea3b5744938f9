namespace NodeManager.Sandbox.Model.Clock;

/// <summary>Saturating arithmetic for times from objects.</summary>
internal static class DistantTime
{
    /// <summary>The time so many seconds later, or earlier if negative, clamped to the range of a time.</summary>
    public static DateTimeOffset After(this DateTimeOffset moment, long seconds)
    {
        if (seconds >= (DateTimeOffset.MaxValue - moment).TotalSeconds)
            return DateTimeOffset.MaxValue;
        return seconds <= (DateTimeOffset.MinValue - moment).TotalSeconds ? DateTimeOffset.MinValue : moment.AddSeconds(seconds);
    }
}
