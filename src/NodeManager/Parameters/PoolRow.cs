namespace NodeManager.Parameters;

/// <summary>A pool, or an object about one, that lost its class; see <see cref="ObjectRow"/>.</summary>
internal sealed class PoolRow : ClusterObject
{
    public string Id { get; private init; } = "";

    public string Name { get; private init; } = "";

    public string ClusterId { get; private init; } = "";

    /// <summary>A <see cref="NodePoolProvider"/>; empty where unknown.</summary>
    public string Provider { get; private init; } = "";

    public string Namespace { get; private init; } = "";

    /// <summary>Null for live objects and for objects without a pool.</summary>
    public static PoolRow? From(object? value) => ObjectRow.From(value) is { } row ? From(value!, row) : null;

    /// <summary>Null for a row without a pool.</summary>
    public static PoolRow? From(object value, ClusterObject origin)
    {
        string pool = ObjectRow.Read(value, "Pool"),
            own = ObjectRow.Read(value, "PoolId"),
            id = own.Length > 0 ? own : ObjectRow.Read(value, "Id");
        PoolRow found = new()
        {
            Cluster = origin.Cluster,
            ClusterUid = origin.ClusterUid,
            ClusterServer = origin.ClusterServer,
            Id = Guid.TryParse(id, out _) ? id : "",
            Name = pool.Length > 0 ? pool : ObjectRow.Read(value, "Name"),
            ClusterId = ObjectRow.Read(value, "ClusterId"),
            Provider =
                NodePoolProvider.All.FirstOrDefault(one =>
                    string.Equals(one, ObjectRow.Read(value, "Provider"), StringComparison.OrdinalIgnoreCase)
                ) ?? "",
            Namespace = ObjectRow.Read(value, "Namespace"),
        };
        return found.Id.Length > 0 || found.Name.Length > 0 ? found : null;
    }

    /// <summary>True for a deserialized pool.</summary>
    public static bool WasPool(object value) =>
        PSObject
            .AsPSObject(value)
            .TypeNames.Any(static type =>
                type.StartsWith("Deserialized.NodeManager.NodePool", StringComparison.Ordinal)
                && type["Deserialized.NodeManager.NodePool".Length..] is "" or "#Status"
            );

    public override string ToString() => Name.Length > 0 ? Name : Id;
}

/// <summary>Lets a parameter for pools take <see cref="PoolRow"/> objects.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class PoolRowsAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is string name
            ? new NameText(name)
            : (object?)PoolRow.From(inputData) ?? inputData;
}
