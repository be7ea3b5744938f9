namespace NodeManager.Sandbox.Controllers.Jobs;

/// <summary>The back-off after failures: 10 seconds, doubled with each failure since the last success.</summary>
internal readonly record struct JobBackOff(int Failures, DateTimeOffset Last)
{
    /// <summary>Before that version, existing failed pods were counted, and the first was replaced immediately.</summary>
    public const int TrackedFrom = 26;

    private static readonly TimeSpan First = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LongestBefore = TimeSpan.FromMinutes(6);

    public DateTimeOffset Until(int minor)
    {
        int doublings = Failures - (minor >= TrackedFrom ? 1 : 2);
        if (doublings < 0)
            return Last;
        TimeSpan longest = minor >= TrackedFrom ? Longest : LongestBefore,
            wait = First * Math.Pow(2, Math.Min(doublings, 10));
        return Last + (wait < longest ? wait : longest);
    }
}
