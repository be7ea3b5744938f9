namespace NodeManager.Autoscaling.Planning.Inputs;

/// <summary>
/// Times in objects that lie ahead of the clock: another clock wrote them, or this one was set back since. They count from when they were first
/// seen, so that a window is waited for once, and not until the clock has caught up. Not thread-safe.
/// </summary>
internal sealed class AheadTimes(ScaleInput input)
{
    private readonly Dictionary<string, DateTimeOffset> _seen = new(StringComparer.Ordinal);

    /// <summary>For the next plan.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> Seen => _seen;

    /// <summary>When it began.</summary>
    /// <param name="what">What began; unique.</param>
    /// <param name="since">As the object has it.</param>
    public DateTimeOffset Of(string what, DateTimeOffset since) =>
        since <= input.Now
            ? since
            : _seen[what] = input.Memory.SeenAhead.TryGetValue(what, out DateTimeOffset seen) && seen <= input.Now ? seen : input.Now;
}
