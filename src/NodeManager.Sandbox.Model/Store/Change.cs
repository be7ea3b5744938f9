namespace NodeManager.Sandbox.Model.Store;

/// <summary>
/// One change of one object, as the log keeps it. A deleted object carries its last state under the version of its deletion;
/// <see cref="Previous"/> is what it was before (null when added), so that a watch with a selector can tell entering from changing.
/// </summary>
internal sealed class Change(ChangeType type, StoredObject item, StoredObject? previous, long version)
{
    // Set once, by the writer: the log is a chain, so a reader needs no lock and links that no reader holds are garbage-collected.
    private Change? _next;

    public ChangeType Type { get; } = type;

    public StoredObject Object { get; } = item;

    public StoredObject? Previous { get; } = previous;

    public long Version { get; } = version;

    internal Change? Next
    {
        get => Volatile.Read(ref _next);
        set => Volatile.Write(ref _next, value);
    }
}
