namespace NodeManager.Recommendations.Decisions;

/// <summary>
/// The previous recommendations of a session. A recommendation to scale moves its own threshold by <see cref="Margin"/> points, so that it
/// stays until the shares are clear of the threshold. For <see cref="Stabilization"/> after a scale-up, no removal is recommended.
/// Thread-safe.
/// </summary>
public sealed class RecommendationHistory
{
    /// <summary>Percentage points.</summary>
    public const decimal Margin = 5;

    /// <summary>The time without scale-down after a recommendation to scale up.</summary>
    public static readonly TimeSpan Stabilization = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>The last recommendation for these nodes; null before the first.</summary>
    public Entry? Find(string nodes)
    {
        lock (_lock)
            return _entries.GetValueOrDefault(nodes);
    }

    public void Record(string nodes, string action, DateTimeOffset at)
    {
        lock (_lock)
        {
            DateTimeOffset? scaledUp = action == NodeScaleAction.ScaleUp ? at : _entries.GetValueOrDefault(nodes)?.LastScaleUp;
            _entries[nodes] = new(action, scaledUp);
        }
    }

    /// <param name="Action">A <see cref="NodeScaleAction"/>.</param>
    /// <param name="LastScaleUp">The last recommendation to scale up; null: none in this session.</param>
    public sealed record Entry(string Action, DateTimeOffset? LastScaleUp);
}
