namespace NodeManager.Recommendations.Decisions;

/// <summary>
/// What was recommended before in a session. The rule: a recommendation to scale moves its own threshold by <see cref="Margin"/> points towards
/// its end, so that it stays until the shares are clear of the threshold; and for <see cref="Stabilization"/> after scaling up was
/// recommended, no removal is. Thread-safe.
/// </summary>
public sealed class RecommendationHistory
{
    /// <summary>Percentage points.</summary>
    public const decimal Margin = 5;

    /// <summary>How long after a recommendation to scale up none to scale down is made.</summary>
    public static readonly TimeSpan Stabilization = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>The last one of these nodes; null before the first.</summary>
    public Entry? Find(string nodes)
    {
        lock (_lock)
            return _entries.GetValueOrDefault(nodes);
    }

    public void Note(string nodes, string action, DateTimeOffset at)
    {
        lock (_lock)
        {
            DateTimeOffset? scaledUp = action == NodeScaleAction.ScaleUp ? at : _entries.GetValueOrDefault(nodes)?.LastScaleUp;
            _entries[nodes] = new(action, scaledUp);
        }
    }

    /// <summary>A recommendation that was made.</summary>
    /// <param name="Action">One of <see cref="NodeScaleAction"/>.</param>
    /// <param name="LastScaleUp">When scaling up was recommended last; null: not in this session.</param>
    public sealed record Entry(string Action, DateTimeOffset? LastScaleUp);
}
