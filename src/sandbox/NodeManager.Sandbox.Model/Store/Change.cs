namespace NodeManager.Sandbox.Model.Store;

/// <summary>
/// A change of an object in the log. A deleted object has its last state at the version of its deletion; <see cref="Previous"/> is the
/// former state (null when added), which watches with a selector need.
/// </summary>
internal sealed class Change(ChangeType type, StoredObject item, StoredObject? previous, long version)
{
    public ChangeType Type { get; } = type;

    public StoredObject Object { get; } = item;

    public StoredObject? Previous { get; } = previous;

    public long Version { get; } = version;

    /// <summary>The position in the log of its kind, set on append.</summary>
    internal long SequenceNumber { get; set; }

    /// <summary>Bytes of outdated objects that the change retains.</summary>
    internal long OutdatedBytes => (Previous?.RetainedBytes ?? 0) + (Type == ChangeType.Deleted ? Object.RetainedBytes : 0);
}
