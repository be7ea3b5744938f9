namespace NodeManager.Sandbox.Model.Store;

/// <summary>
/// One change of one object, as the log keeps it. A deleted object carries its last state under the version of its deletion;
/// <see cref="Previous"/> is what it was before (null when added), so that a watch with a selector can tell entering from changing.
/// </summary>
internal sealed class Change(ChangeType type, StoredObject item, StoredObject? previous, long version)
{
    public ChangeType Type { get; } = type;

    public StoredObject Object { get; } = item;

    public StoredObject? Previous { get; } = previous;

    public long Version { get; } = version;

    /// <summary>Its place in the log of its kind; set once, when it is appended.</summary>
    internal long Number { get; set; }

    /// <summary>Bytes of documents that are no longer current and exist only for this change.</summary>
    internal long OutdatedBytes => (Previous?.JsonLength ?? 0) + (Type == ChangeType.Deleted ? Object.JsonLength : 0);
}
