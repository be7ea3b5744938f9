using System.Buffers;
using System.Text;
using NodeManager.Sandbox.Model.Ownership;

namespace NodeManager.Sandbox.Model.Store;

/// <summary>An object that is stored with its document.</summary>
internal sealed class DocumentObject : StoredObject
{
    private readonly string?[] _fields;
    private readonly ManagedFields _owners;
    private ShownForm? _shown;

    /// <param name="document">Its managedFields are ignored.</param>
    public DocumentObject(ResourceKind kind, JsonObject document, ManagedFields owners)
        : this(kind, document, document["metadata"]!.AsObject(), owners) { }

    private DocumentObject(ResourceKind kind, JsonObject document, JsonObject metadata, ManagedFields owners)
        : base(metadata.Text("namespace") ?? "", metadata.Text("name") ?? "", metadata.Text("uid") ?? "", LabelsOf(metadata))
    {
        Kind = kind;
        _owners = owners;
        IsDeleting = metadata["deletionTimestamp"] is not null;
        OwnerUids = metadata["ownerReferences"] is JsonArray { Count: > 0 } holders
            ? [.. holders.Select(owner => owner!.AsObject().Text("uid") ?? "")]
            : [];
        _fields = kind.SelectableFields.Length == 0 ? [] : new string?[kind.SelectableFields.Length];
        for (int i = 0; i < _fields.Length; i++)
            _fields[i] = kind.SelectableFields[i].Read(document) is { } value ? SharedTexts.Get(value) : null;
        Document = StoredDocument.Serialize(document);
    }

    private DocumentObject(DocumentObject like, long version, byte[] document, ManagedFields owners, StoredObject? before = null)
        : base(like, version, before)
    {
        Kind = like.Kind;
        IsDeleting = like.IsDeleting;
        OwnerUids = before is not null && like.OwnerUids.AsSpan().SequenceEqual(before.OwnerUids) ? before.OwnerUids : like.OwnerUids;
        _fields = before is DocumentObject known && like._fields.AsSpan().SequenceEqual(known._fields) ? known._fields : like._fields;
        Document = document;
        _owners = owners;
    }

    public override ResourceKind Kind { get; }

    public override string[] OwnerUids { get; }

    public override bool IsDeleting { get; }

    public override int JsonLength => Document.Length;

    public override ManagedFields Owners => _owners;

    public override bool HasNoOwners => _owners.IsEmpty;

    private protected override byte[] Document { get; }

    internal override string Field(int index) => _fields[index] ?? "";

    public override void WriteOwners(IBufferWriter<byte> into)
    {
        if (!_owners.IsEmpty)
            _owners.WriteTo(into);
    }

    /// <inheritdoc />
    /// <remarks>Cached.</remarks>
    public override ReadOnlyMemory<byte> Converted(Action<JsonObject> show)
    {
        if (Volatile.Read(ref _shown) is { } known && ReferenceEquals(known.Show, show))
            return known.Document;
        ReadOnlyMemory<byte> shown = base.Converted(show);
        if (shown.Span.SequenceEqual(Document))
            shown = Document;
        Volatile.Write(ref _shown, new(show, shown));
        return shown;
    }

    internal override StoredObject? With(ReadOnlySpan<byte> opening, string text, ManagedFields owners)
    {
        byte[] document = Tail.ToArray();
        int at = document.AsSpan().IndexOf(opening) + opening.Length;
        if (at < opening.Length || document.AsSpan(at).IndexOf((byte)'"') != text.Length)
            return null;
        Encoding.ASCII.GetBytes(text, document.AsSpan(at));
        return new DocumentObject(this, 0, document, owners);
    }

    internal override StoredObject At(long version, StoredObject? before = null) =>
        new DocumentObject(this, version, StoredDocument.WithVersion(Tail, version), _owners, before);

    private protected override bool IsTail(ReadOnlySpan<byte> written) => written.SequenceEqual(Tail);

    private static Dictionary<string, string>? LabelsOf(JsonObject metadata)
    {
        if (metadata["labels"] is not JsonObject { Count: > 0 } labels)
            return null;
        var copy = new Dictionary<string, string>(labels.Count, StringComparer.Ordinal);
        foreach ((string key, JsonNode? value) in labels)
            copy[SharedTexts.Get(key)] = SharedTexts.Get((string?)value ?? "");
        return copy;
    }

    private sealed record ShownForm(Action<JsonObject> Show, ReadOnlyMemory<byte> Document);
}
