using System.Buffers;

namespace NodeManager.Sandbox.Api.Requests;

/// <summary>A parsed path. An empty name is the collection; a null namespace is all namespaces.</summary>
internal sealed record ResourcePath(ResourceKind Kind, string Version, string? Namespace, string Name, string Subresource)
{
    public string ApiVersion => Kind.ApiVersion(Version);

    /// <summary>The stored document in the path's version, without kind and apiVersion.</summary>
    public ReadOnlyMemory<byte> Document(StoredObject item) => Kind.RulesAt(Version).Show is { } show ? item.Converted(show) : item.Json;

    /// <summary>A mutable copy.</summary>
    public JsonObject ToJson(StoredObject item) => JsonNode.Parse(Document(item).Span, documentOptions: DocumentDepth.Options)!.AsObject();

    /// <summary>With managedFields.</summary>
    public JsonObject ToWholeJson(StoredObject item)
    {
        JsonObject document = ToJson(item);
        if (!item.HasNoOwners)
            document["metadata"]!["managedFields"] = item.Owners.ToJson();
        return document;
    }

    /// <summary>Writes the document with managedFields, without its opening brace.</summary>
    public void Write(StoredObject item, IBufferWriter<byte> into) => into.Write(WriteOpening(item, into).Span);

    /// <summary>As above without the stored bytes at the end, which are returned.</summary>
    public ReadOnlyMemory<byte> WriteOpening(StoredObject item, IBufferWriter<byte> into) =>
        StoredDocument.WriteOpening(Document(item), item, into);

    public string ObjectNamespace => Kind.IsNamespaced ? Namespace ?? "" : "";
}
