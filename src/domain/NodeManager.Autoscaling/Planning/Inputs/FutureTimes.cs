namespace NodeManager.Autoscaling.Planning.Inputs;

/// <summary>
/// Times of objects in the future: another clock wrote them, or this one was set back since. They count from their first observation, so
/// that a window has its normal length. Not thread-safe.
/// </summary>
internal sealed class FutureTimes(ScaleInput input)
{
    private readonly Dictionary<string, DateTimeOffset> _seen = new(StringComparer.Ordinal);

    /// <summary>For the next plan.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> Seen => _seen;

    /// <param name="what">A unique name of the start.</param>
    /// <param name="since">The time in the object.</param>
    public DateTimeOffset Of(string what, DateTimeOffset since) =>
        since <= input.Now
            ? since
            : _seen[what] = input.Memory.FutureTimes.TryGetValue(what, out DateTimeOffset seen) && seen <= input.Now ? seen : input.Now;
}
