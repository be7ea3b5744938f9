namespace NodeManager.Core.Operations;

/// <summary>
/// How long one of several writers of an object waits after a conflict: twice as long with each attempt, and between half of that and all
/// of it, so that they do not meet again.
/// </summary>
public static class ConflictPause
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(400);

    /// <param name="attempt">That ended with the conflict, from 1.</param>
    public static TimeSpan After(int attempt) =>
        Jitter(TimeSpan.FromMilliseconds(Math.Min(Longest.TotalMilliseconds, First.TotalMilliseconds * Math.Pow(2, attempt - 1))));

    /// <summary>Between half of a pause and all of it: what failed together does not return together.</summary>
    public static TimeSpan Jitter(TimeSpan pause) => pause * (0.5 + (Random.Shared.NextDouble() / 2));
}
