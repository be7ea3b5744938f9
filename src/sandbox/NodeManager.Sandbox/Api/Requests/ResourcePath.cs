using System.Buffers;
using System.Text.Json.Nodes;
using NodeManager.Sandbox.Model.Documents;
using NodeManager.Sandbox.Model.Resources;
using NodeManager.Sandbox.Model.Store;

namespace NodeManager.Sandbox.Api.Requests;

/// <summary>What a path names. An empty name is the collection; no namespace (null) is all of them.</summary>
internal sealed record ResourcePath(ResourceKind Kind, string Version, string? Namespace, string Name, string Subresource)
{
    public string ApiVersion => Kind.ApiVersion(Version);

    /// <summary>A stored object's document, without kind and apiVersion, in the form that the path's version has.</summary>
    public ReadOnlyMemory<byte> Document(StoredObject item) => Kind.RulesAt(Version).Show is { } show ? item.ShownBy(show) : item.Json;

    /// <summary>The same as a copy to change.</summary>
    public JsonObject ToJson(StoredObject item) => JsonNode.Parse(Document(item).Span, documentOptions: DocumentDepth.Options)!.AsObject();

    /// <summary>The same with its managedFields.</summary>
    public JsonObject ToWholeJson(StoredObject item)
    {
        JsonObject document = ToJson(item);
        if (!item.HasNoOwners)
            document["metadata"]!["managedFields"] = item.Owners.ToJson();
        return document;
    }

    /// <summary>Writes the document with its managedFields, without its opening brace.</summary>
    public void Write(StoredObject item, IBufferWriter<byte> into) => into.Write(WriteOpening(item, into).Span);

    /// <summary>The same, but for the stored bytes at its end, which are returned.</summary>
    public ReadOnlyMemory<byte> WriteOpening(StoredObject item, IBufferWriter<byte> into) =>
        StoredDocument.WriteOpening(Document(item), item, into);

    /// <summary>The namespace as objects of the kind have it.</summary>
    public string ObjectNamespace => Kind.IsNamespaced ? Namespace ?? "" : "";
}
