namespace NodeManager.Autoscaling.Planning.Inputs;

/// <summary>A replacement whose old node stayed although the new one was Ready. The next one starts after a delay that doubles.</summary>
/// <param name="At">When it was given up.</param>
/// <param name="Failures">The number in a row.</param>
internal sealed record AbandonedReplacement(DateTimeOffset At, int Failures)
{
    private static readonly TimeSpan First = TimeSpan.FromHours(1),
        Longest = TimeSpan.FromHours(24);

    /// <summary>When the node may be replaced again.</summary>
    public DateTimeOffset Until => At + PoolBackoff.DelayOf(First, Longest, Failures);

    public AbandonedReplacement Shift(TimeSpan by) => this with { At = At + by };
}
