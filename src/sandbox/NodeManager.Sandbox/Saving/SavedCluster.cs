namespace NodeManager.Sandbox.Saving;

/// <summary>A cluster as it was saved, read and found whole.</summary>
public sealed class SavedCluster
{
    internal SavedCluster(SavedHeader header, IReadOnlyList<SavedObject> objects)
    {
        Header = header;
        Objects = objects;
    }

    /// <summary>The Kubernetes that it is, <c>1.37</c>.</summary>
    public string Version => Header.Kubernetes;

    /// <summary>What its clock showed.</summary>
    public DateTimeOffset Time => Header.Time;

    /// <summary>How fast its clock ran.</summary>
    public double Speed => Header.Speed;

    internal SavedHeader Header { get; }

    internal IReadOnlyList<SavedObject> Objects { get; }
}
