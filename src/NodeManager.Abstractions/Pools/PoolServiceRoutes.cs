namespace NodeManager;

/// <summary>The routes under which a pool service lists and creates pools. Strings instead of an enum: see <see cref="NodeStatus"/>.</summary>
public static class PoolServiceRoutes
{
    /// <summary>The first list decides: a 404 that is not in the service's error format means <see cref="Flat"/>.</summary>
    public const string Auto = "Auto";

    /// <summary><c>/nodepools</c>, with the cluster in the body.</summary>
    public const string Flat = "Flat";

    /// <summary><c>/clusters/ID/nodepools</c>.</summary>
    public const string Nested = "Nested";

    public static ItemList<string> All { get; } = new([Auto, Flat, Nested]);
}
