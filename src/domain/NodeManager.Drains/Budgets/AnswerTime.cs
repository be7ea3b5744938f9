namespace NodeManager.Drains.Budgets;

/// <summary>
/// How long answers take, and from when on one is late: the smoothed mean and four times the mean deviation, as TCP's retransmission timer has
/// it (RFC 6298). So a busy server gets more time than an idle one. Not thread-safe.
/// </summary>
internal sealed class AnswerTime
{
    private static readonly TimeSpan Unknown = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(15);

    // What takes longer slept in the server and says nothing of how busy it is.
    private static readonly TimeSpan Sleep = TimeSpan.FromMilliseconds(450);

    private TimeSpan? _mean;
    private TimeSpan _deviation;

    /// <summary>From when on an answer is late.</summary>
    public TimeSpan Limit => _mean is { } mean ? mean + Max(_deviation * 4, Least) : Unknown;

    /// <summary>Takes in how long one took.</summary>
    public void Add(TimeSpan took)
    {
        if (took >= Sleep)
            return;
        _deviation = _mean is { } known ? (_deviation * 0.75) + ((known - took).Duration() * 0.25) : took / 2;
        _mean = _mean is { } mean ? (mean * 0.875) + (took * 0.125) : took;
    }

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
