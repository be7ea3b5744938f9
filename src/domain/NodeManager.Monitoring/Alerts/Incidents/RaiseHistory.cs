namespace NodeManager.Monitoring.Alerts.Incidents;

/// <summary>When each cause on a node was raised, within the window that decides whether it is flapping. Not thread-safe.</summary>
internal sealed class RaiseHistory(AlertOptions options)
{
    private readonly Dictionary<(string Uid, string Cause), List<DateTimeOffset>> _raises = [];

    /// <returns>True if the cause is flapping with this raise.</returns>
    public bool Add((string Uid, string Cause) key, DateTimeOffset now)
    {
        if (!_raises.TryGetValue(key, out List<DateTimeOffset>? raises))
            _raises.Add(key, raises = []);
        raises.RemoveAll(at => now - at > options.FlapWindow);
        raises.Add(now);
        return raises.Count >= options.FlapCount;
    }

    /// <summary>Removes the causes that were not raised within the window. It visits all of them: call it once for many raises.</summary>
    public void RemoveExpired(DateTimeOffset now)
    {
        foreach (((string, string) key, List<DateTimeOffset> raises) in _raises)
        {
            if (now - raises[^1] > options.FlapWindow)
                _raises.Remove(key);
        }
    }
}
