using System.Text.Json.Nodes;
using NodeManager.Sandbox.Kinds;
using NodeManager.Sandbox.Store;

namespace NodeManager.Sandbox.CustomResources;

/// <summary>What a CustomResourceDefinition says, read once and never changed: another definition takes its place when it changes.</summary>
internal sealed class CustomDefinition
{
    private readonly CustomVersion[] _versions;
    private readonly CustomVersion _stored;

    /// <param name="document">As stored, with its accepted names.</param>
    /// <param name="minor">The Kubernetes that is served: 20 for 1.20.</param>
    public CustomDefinition(JsonObject document, int minor)
    {
        JsonObject? spec = document.Object("spec"), status = document.Object("status");
        Names = CustomNames.Read(status.Object("acceptedNames"));
        IsTerminating = document.Object("metadata")?["deletionTimestamp"] is not null;
        _versions = [.. (spec.Array("versions") ?? []).OfType<JsonObject>().Select(version => new CustomVersion(version, minor))];
        _stored = _versions.First(static version => version.IsStored);
        foreach (CustomVersion version in _versions) version.Rules = CustomRules.Of(spec.Text("group") ?? "", version, _stored);
        Served = [.. _versions.Where(static version => version.IsServed).Select(static version => version.Name).Order(VersionOrder.PreferredFirst).Select(static name => new ServedVersion(name))];
    }

    public CustomNames Names { get; }

    /// <summary>The preferred version first.</summary>
    public ServedVersion[] Served { get; }

    /// <summary>The version in which new and changed objects are stored.</summary>
    public CustomVersion Stored => _stored;

    /// <summary>True while its objects are being removed: none can be made.</summary>
    public bool IsTerminating { get; }

    /// <summary>One of its versions; the stored one where none is named or the named one is not there any more.</summary>
    public CustomVersion At(string? version) => Array.Find(_versions, one => one.Name == version) ?? _stored;
}
