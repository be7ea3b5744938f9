namespace NodeManager.Drains.Budgets;

/// <summary>
/// When an answer of the server counts as late: smoothed mean plus four times the mean deviation, as in TCP's retransmission timer (RFC
/// 6298). Not thread-safe.
/// </summary>
internal sealed class AnswerTime
{
    private static readonly TimeSpan Unknown = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(15);

    // Longer answers slept in the server and do not show its load.
    private static readonly TimeSpan Sleep = TimeSpan.FromMilliseconds(450);

    private TimeSpan? _mean;
    private TimeSpan _deviation;

    public TimeSpan Limit => _mean is { } mean ? mean + Max(_deviation * 4, Least) : Unknown;

    public void Add(TimeSpan took)
    {
        if (took >= Sleep)
            return;
        _deviation = _mean is { } known ? (_deviation * 0.75) + ((known - took).Duration() * 0.25) : took / 2;
        _mean = _mean is { } mean ? (mean * 0.875) + (took * 0.125) : took;
    }

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
