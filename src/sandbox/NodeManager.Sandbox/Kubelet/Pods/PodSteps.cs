namespace NodeManager.Sandbox.Kubelet.Pods;

/// <summary>The pending steps of pods with their times. Steps of a replaced pod are dropped.</summary>
internal sealed class PodSteps
{
    private readonly Dictionary<ObjectKey, (string Uid, Dictionary<string, DateTimeOffset> Times)> _pods = [];

    /// <summary>The time of a step; the first call sets it.</summary>
    public DateTimeOffset GetOrAdd(ObjectKey key, string uid, string step, Func<DateTimeOffset> time)
    {
        if (!_pods.TryGetValue(key, out (string Uid, Dictionary<string, DateTimeOffset> Times) pod) || pod.Uid != uid)
            _pods[key] = pod = (uid, new(StringComparer.Ordinal));
        if (!pod.Times.TryGetValue(step, out DateTimeOffset at))
            pod.Times[step] = at = time();
        return at;
    }

    public bool Has(ObjectKey key, string uid, string step) =>
        _pods.TryGetValue(key, out (string Uid, Dictionary<string, DateTimeOffset> Times) pod)
        && pod.Uid == uid
        && pod.Times.ContainsKey(step);

    /// <summary>Marks a step that happens once.</summary>
    public void Complete(ObjectKey key, string step)
    {
        if (_pods.TryGetValue(key, out (string Uid, Dictionary<string, DateTimeOffset> Times) pod))
            pod.Times[step] = DateTimeOffset.MaxValue;
    }

    public void Remove(ObjectKey key, string step)
    {
        if (_pods.TryGetValue(key, out (string Uid, Dictionary<string, DateTimeOffset> Times) pod) && pod.Times.Remove(step))
            if (pod.Times.Count == 0)
                _pods.Remove(key);
    }

    public void Remove(ObjectKey key) => _pods.Remove(key);
}
