namespace NodeManager.Sandbox.Model.Resources;

/// <summary>The content of a CustomResourceDefinition. Immutable; a change replaces it.</summary>
internal sealed class CustomDefinition
{
    private readonly CustomVersion[] _versions;

    /// <param name="versions">All versions, one of them stored.</param>
    public CustomDefinition(CustomNames names, CustomVersion[] versions, bool isTerminating)
    {
        Names = names;
        IsTerminating = isTerminating;
        _versions = versions;
        Stored = versions.First(static version => version.IsStored);
        Served =
        [
            .. versions
                .Where(static version => version.IsServed)
                .Select(static version => version.Name)
                .Order(VersionOrder.PreferredFirst)
                .Select(static name => new ServedVersion(name)),
        ];
    }

    public CustomNames Names { get; }

    /// <summary>The preferred version first.</summary>
    public ServedVersion[] Served { get; }

    /// <summary>The storage version.</summary>
    public CustomVersion Stored { get; }

    /// <summary>True while the objects of the kind are being removed: none can be created.</summary>
    public bool IsTerminating { get; }

    /// <summary>The version of this name, or the storage version if <paramref name="version"/> is null or undefined.</summary>
    public CustomVersion At(string? version) => Array.Find(_versions, one => one.Name == version) ?? Stored;

    /// <summary>The most preferred version before a deprecated one that is not deprecated itself; null for none.</summary>
    public string? ReplacementOf(string version) =>
        Served.Select(static one => one.Name).TakeWhile(one => one != version).FirstOrDefault(one => At(one).Deprecation is null);
}
