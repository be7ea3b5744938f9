namespace NodeManager.Sandbox.Controllers.Evictions;

/// <summary>Objects of a kind by target pod. Thread-safe.</summary>
internal sealed class TargetIndex(ResourceKind kind, DocumentStore store)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Namespace, string Pod), HashSet<string>> _names = [];

    /// <summary>Records a change and returns its target pod; null for none.</summary>
    public ObjectKey? Track(StoredObject item, bool isGone)
    {
        if (item.ToJson().Object("spec").Object("target").Object("pod").Text("name") is not { Length: > 0 } pod)
            return null;
        lock (_lock)
        {
            (string, string) key = (item.Namespace, pod);
            if (!_names.TryGetValue(key, out HashSet<string>? names))
            {
                if (isGone)
                    return new ObjectKey(BuiltInKinds.Pods, item.Namespace, pod);
                _names.Add(key, names = []);
            }

            if (!isGone)
                names.Add(item.Name);
            else if (names.Remove(item.Name) && names.Count == 0)
                _names.Remove(key);
        }

        return new ObjectKey(BuiltInKinds.Pods, item.Namespace, pod);
    }

    public bool Knows(StoredObject pod)
    {
        lock (_lock)
            return _names.ContainsKey((pod.Namespace, pod.Name));
    }

    public IReadOnlyList<StoredObject> Of(ObjectKey pod)
    {
        string[] names;
        lock (_lock)
            names = _names.TryGetValue((pod.Namespace, pod.Name), out HashSet<string>? known) ? [.. known] : [];
        return [.. names.Select(name => store.Get(kind, pod.Namespace, name)).OfType<StoredObject>()];
    }
}
