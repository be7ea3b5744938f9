using NodeManager.Sandbox.Kinds;

namespace NodeManager.Sandbox.Api;

/// <summary>What a path names. An empty name is the collection; no namespace (null) is all of them.</summary>
internal sealed record ResourcePath(ResourceKind Kind, string Version, string? Namespace, string Name, string Subresource)
{
    public string ApiVersion => Kind.ApiVersion(Version);

    /// <summary>The namespace as objects of the kind have it.</summary>
    public string ObjectNamespace => Kind.IsNamespaced ? Namespace ?? "" : "";
}
