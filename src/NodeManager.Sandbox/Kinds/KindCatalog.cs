namespace NodeManager.Sandbox.Kinds;

/// <summary>The kinds that a cluster of one version serves.</summary>
internal sealed class KindCatalog
{
    private readonly Dictionary<(string Group, string Version, string Plural), ResourceKind> _byPath = [];

    /// <param name="kinds">All that there are.</param>
    /// <param name="minor">The Kubernetes that is served: 20 for 1.20.</param>
    public KindCatalog(IEnumerable<ResourceKind> kinds, int minor)
    {
        Kinds = [.. kinds];
        Minor = minor;
        foreach (ResourceKind kind in Kinds)
        {
            foreach (ServedVersion version in kind.Versions)
                if (version.IsServedBy(minor)) _byPath[(kind.Group, version.Name, kind.Plural)] = kind;
        }
    }

    public int Minor { get; }

    public IReadOnlyList<ResourceKind> Kinds { get; }

    public ResourceKind? Find(string group, string version, string plural) => _byPath.GetValueOrDefault((group, version, plural));

    /// <summary>The groups other than core, each with its versions, the preferred first.</summary>
    public IEnumerable<(string Group, string[] Versions)> Groups() =>
        Kinds.Where(static kind => kind.Group.Length > 0).GroupBy(static kind => kind.Group).Select(group =>
            (group.Key, VersionsOf(group)))
            .Where(static group => group.Item2.Length > 0);

    private string[] VersionsOf(IEnumerable<ResourceKind> kinds) =>
        [.. kinds.SelectMany(static kind => kind.Versions).Where(version => version.IsServedBy(Minor)).Select(static version => version.Name).Distinct()];

    public IEnumerable<ResourceKind> Served(string group, string version) =>
        Kinds.Where(kind => kind.Group == group && Find(group, version, kind.Plural) == kind);
}
