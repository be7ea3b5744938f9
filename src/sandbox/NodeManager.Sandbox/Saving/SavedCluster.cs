namespace NodeManager.Sandbox.Saving;

/// <summary>A validated saved cluster.</summary>
public sealed class SavedCluster
{
    internal SavedCluster(SavedHeader header, IReadOnlyList<SavedObject> objects)
    {
        Header = header;
        Objects = objects;
    }

    /// <summary>For example <c>1.37</c>.</summary>
    public string Version => Header.Kubernetes;

    public DateTimeOffset Time => Header.Time;

    public double Speed => Header.Speed;

    internal SavedHeader Header { get; }

    internal IReadOnlyList<SavedObject> Objects { get; }
}
