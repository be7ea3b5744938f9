namespace NodeManager.Sandbox.Model.Resources;

/// <summary>The content of a CustomResourceDefinition. Immutable: a changed definition replaces it.</summary>
internal sealed class CustomDefinition
{
    private readonly CustomVersion[] _versions;

    /// <param name="names">The accepted names.</param>
    /// <param name="versions">All versions; exactly one of them is stored.</param>
    /// <param name="isTerminating">See <see cref="IsTerminating"/>.</param>
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

    /// <summary>The version in which new and changed objects are stored.</summary>
    public CustomVersion Stored { get; }

    /// <summary>True while the objects of the kind are being removed: no object can be created.</summary>
    public bool IsTerminating { get; }

    /// <summary>The version of this name, or the stored version if <paramref name="version"/> is null or no longer defined.</summary>
    public CustomVersion At(string? version) => Array.Find(_versions, one => one.Name == version) ?? Stored;

    /// <summary>The version to use in place of a deprecated one: the most preferred that comes before it and is not deprecated; null if there is none.</summary>
    public string? ReplacementOf(string version) =>
        Served.Select(static one => one.Name).TakeWhile(one => one != version).FirstOrDefault(one => At(one).Deprecation is null);
}
