using System.Text.Json.Nodes;
using NodeManager.Sandbox.Kinds;
using NodeManager.Sandbox.Store;

namespace NodeManager.Sandbox.Api;

/// <summary>What a path names. An empty name is the collection; no namespace (null) is all of them.</summary>
internal sealed record ResourcePath(ResourceKind Kind, string Version, string? Namespace, string Name, string Subresource)
{
    public string ApiVersion => Kind.ApiVersion(Version);

    /// <summary>A stored object's document, without kind and apiVersion, in the form that the path's version has.</summary>
    public ReadOnlyMemory<byte> Document(StoredObject item) => Kind.RulesAt(Version).Show is { } show ? item.ShownBy(show) : item.Json;

    /// <summary>The same as a copy to change.</summary>
    public JsonObject ToJson(StoredObject item) => JsonNode.Parse(Document(item).Span)!.AsObject();

    /// <summary>The namespace as objects of the kind have it.</summary>
    public string ObjectNamespace => Kind.IsNamespaced ? Namespace ?? "" : "";
}
