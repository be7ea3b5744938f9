namespace NodeManager.Sandbox.Model.Resources;

/// <summary>
/// The kinds that a cluster version serves. A change of custom kinds replaces the table, which readers take without a lock.
/// </summary>
internal sealed class KindCatalog
{
    private readonly Lock _lock = new();
    private Table _table;

    /// <param name="minor">20 for 1.20.</param>
    public KindCatalog(IEnumerable<ResourceKind> kinds, int minor)
    {
        Minor = minor;
        _table = new([.. kinds], minor);
    }

    /// <summary>Raised for an added or changed custom kind before the change continues.</summary>
    public event Action<ResourceKind>? Serves;

    public int Minor { get; }

    public IReadOnlyList<ResourceKind> Kinds => Now.Kinds;

    private Table Now => Volatile.Read(ref _table);

    public ResourceKind? Find(string group, string version, string plural) => Now.ByPath.GetValueOrDefault((group, version, plural));

    /// <summary>The groups except core, with their versions, the preferred one first.</summary>
    public IEnumerable<(string Group, string[] Versions)> Groups() => Now.Groups;

    public IEnumerable<ResourceKind> Served(string group, string version)
    {
        Table now = Now;
        return now.Kinds.Where(kind => kind.Group == group && now.ByPath.GetValueOrDefault((group, version, kind.Plural)) == kind);
    }

    /// <summary>Adds a kind, or updates its versions and names.</summary>
    public void Serve(ResourceKind kind)
    {
        lock (_lock)
        {
            IReadOnlyList<ResourceKind> kinds = Now.Kinds;
            Volatile.Write(ref _table, new(kinds.Contains(kind) ? [.. kinds] : [.. kinds, kind], Minor));
        }

        Serves?.Invoke(kind);
    }

    public void Remove(ResourceKind kind)
    {
        lock (_lock)
            Volatile.Write(ref _table, new([.. Now.Kinds.Where(one => one != kind)], Minor));
    }

    // Immutable.
    private sealed class Table
    {
        public Table(ResourceKind[] kinds, int minor)
        {
            Kinds = kinds;
            foreach (ResourceKind kind in kinds)
            {
                // Built-in kinds come first: a definition of the same group and name does not hide them.
                foreach (ServedVersion version in kind.Versions)
                    if (version.IsServedBy(minor))
                        ByPath.TryAdd((kind.Group, version.Name, kind.Plural), kind);
            }

            Groups =
            [
                .. kinds
                    .Where(static kind => kind.Group.Length > 0)
                    .GroupBy(static kind => kind.Group)
                    .Select(group => (group.Key, VersionsOf(group, minor)))
                    .Where(static group => group.Item2.Length > 0),
            ];
        }

        public ResourceKind[] Kinds { get; }

        public Dictionary<(string Group, string Version, string Plural), ResourceKind> ByPath { get; } = [];

        public (string Group, string[] Versions)[] Groups { get; }

        // Custom kinds of a group may have different versions.
        private static string[] VersionsOf(IEnumerable<ResourceKind> kinds, int minor)
        {
            string[] names =
            [
                .. kinds
                    .SelectMany(static kind => kind.Versions)
                    .Where(version => version.IsServedBy(minor))
                    .Select(static version => version.Name)
                    .Distinct(),
            ];
            return kinds.Any(static kind => kind.Custom is not null) ? [.. names.Order(VersionOrder.PreferredFirst)] : names;
        }
    }
}
