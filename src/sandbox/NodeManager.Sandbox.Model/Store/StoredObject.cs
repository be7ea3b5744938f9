using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Model.Ownership;

namespace NodeManager.Sandbox.Model.Store;

/// <summary>One version of an object. Immutable; frequently used fields are read when it is stored.</summary>
internal sealed class StoredObject
{
    // The object, its change in the log, and its owners.
    private const int Overhead = 400;

    private readonly string?[] _fields;
    private readonly byte[]? _document;
    private readonly ManagedFields? _owners;
    private readonly ObjectPattern? _pattern;
    private readonly string[]? _texts;
    private KubernetesObject? _typed;
    private ShownForm? _shown;

    // Shares equal parts with the former version.
    private StoredObject(StoredObject like, long version, byte[]? document, ManagedFields? owners, StoredObject? before = null)
    {
        Kind = like.Kind;
        Namespace = like.Namespace == before?.Namespace ? before.Namespace : like.Namespace;
        Name = like.Name == before?.Name ? before.Name : like.Name;
        Uid = like.Uid == before?.Uid ? before.Uid : like.Uid;
        Labels = HasSameLabels(like, before) ? before!.Labels : like.Labels;
        OwnerUids = before is not null && like.OwnerUids.AsSpan().SequenceEqual(before.OwnerUids) ? before.OwnerUids : like.OwnerUids;
        IsDeleting = like.IsDeleting;
        _fields = before is not null && like._fields.AsSpan().SequenceEqual(before._fields) ? before._fields : like._fields;
        Version = version;
        _pattern = like._pattern;
        _texts = like._texts;
        _document = document;
        _owners = owners;
    }

    /// <summary>See <see cref="ObjectPattern.Make"/>.</summary>
    internal StoredObject(ObjectPattern pattern, string[] texts)
    {
        Kind = pattern.Model.Kind;
        Namespace = pattern.Namespace(texts);
        Name = pattern.Name(texts);
        Uid = pattern.Uid(texts);
        Labels = pattern.Labels(texts);
        OwnerUids = pattern.OwnerUids;
        _fields = [];
        _pattern = pattern;
        _texts = texts;
    }

    /// <param name="document">Its managedFields are ignored.</param>
    internal StoredObject(ResourceKind kind, JsonObject document, ManagedFields owners)
    {
        JsonObject metadata = document["metadata"]!.AsObject();
        Kind = kind;
        _owners = owners;
        Namespace = metadata.Text("namespace") ?? "";
        Name = metadata.Text("name") ?? "";
        Uid = metadata.Text("uid") ?? "";
        IsDeleting = metadata["deletionTimestamp"] is not null;
        if (metadata["labels"] is JsonObject { Count: > 0 } labels)
        {
            var copy = new Dictionary<string, string>(labels.Count, StringComparer.Ordinal);
            foreach ((string key, JsonNode? value) in labels)
                copy[SharedTexts.Get(key)] = SharedTexts.Get((string?)value ?? "");
            Labels = copy;
        }

        OwnerUids = metadata["ownerReferences"] is JsonArray { Count: > 0 } holders
            ? [.. holders.Select(owner => owner!.AsObject().Text("uid") ?? "")]
            : [];
        _fields = kind.SelectableFields.Length == 0 ? [] : new string?[kind.SelectableFields.Length];
        for (int i = 0; i < _fields.Length; i++)
            _fields[i] = kind.SelectableFields[i].Read(document) is { } value ? SharedTexts.Get(value) : null;
        _document = StoredDocument.Serialize(document);
    }

    public ResourceKind Kind { get; }

    /// <summary>Empty at cluster scope.</summary>
    public string Namespace { get; }

    public string Name { get; }

    public string Uid { get; }

    public long Version { get; }

    public IReadOnlyDictionary<string, string>? Labels { get; }

    public string[] OwnerUids { get; }

    public bool IsDeleting { get; }

    /// <summary>Without kind, apiVersion and managedFields.</summary>
    public ReadOnlyMemory<byte> Json => Document;

    /// <summary>The length of <see cref="Json"/> without composing it.</summary>
    public int JsonLength => _document?.Length ?? _pattern!.Measure(_texts!, Version);

    /// <summary>About the bytes that an outdated version retains.</summary>
    internal long RetainedBytes => JsonLength + Overhead;

    /// <summary>Null for an object that is stored completely.</summary>
    public ObjectPattern? Pattern => _pattern;

    /// <summary>Computed on each call for an object of a pattern; see <see cref="WriteOwners"/>.</summary>
    public ManagedFields Owners => _owners ?? _pattern!.Owners(_texts!);

    public bool HasNoOwners => (_owners ?? _pattern!.Model.Owners).IsEmpty;

    // Composed on each call for an object of a pattern.
    private byte[] Document => _document ?? _pattern!.Compose(_texts!, Version);

    /// <summary>The value of a selectable field (<c>spec.nodeName</c>, <c>status.phase</c>, …); empty if unset.</summary>
    public string Field(string path)
    {
        int index = Kind.IndexOfField(path);
        return index < 0 ? throw new ArgumentException($"{Kind.Plural} have no field {path}.", nameof(path)) : Field(index);
    }

    internal string Field(int index) => (_pattern is null ? _fields[index] : _pattern.Field(index, _texts!)) ?? "";

    /// <summary>Writes managedFields, if tracked.</summary>
    public void WriteOwners(IBufferWriter<byte> into)
    {
        if (_owners is null)
            _pattern!.WriteOwners(_texts!, into);
        else if (!_owners.IsEmpty)
            _owners.WriteTo(into);
    }

    /// <summary>The typed object, which may be shared; read-only.</summary>
    public T As<T>()
        where T : KubernetesObject
    {
        if (Volatile.Read(ref _typed) is T known)
            return known;
        // Its parts are shared, so it is created on each call: objects of patterns are numerous.
        if (_pattern?.Read(this, _texts!) is T created)
            return created;
        var type = (JsonTypeInfo<T>?)Kind.Type ?? throw new InvalidOperationException($"{Kind.Plural} have no type.");
        T read = JsonSerializer.Deserialize(Document, type)!;
        if (Labels is Dictionary<string, string> labels)
            read.Metadata.Labels = labels;
        if (Uid.Length > 0)
            (read.Metadata.Name, read.Metadata.Uid) = (Name, Uid);
        Volatile.Write(ref _typed, read);
        if (Kind.HasBriefModels)
            BriefModels.Keep(this);
        return read;
    }

    /// <summary>Drops the typed object, which is created again when it is read.</summary>
    internal void DropModel() => Volatile.Write(ref _typed, null);

    /// <summary>A mutable copy with its resourceVersion, without kind, apiVersion and managedFields.</summary>
    public JsonObject ToJson() => JsonNode.Parse(Document, documentOptions: DocumentDepth.Options)!.AsObject();

    /// <summary>The document in the client's form (see <see cref="KindRules.Show"/>), cached.</summary>
    public ReadOnlyMemory<byte> Converted(Action<JsonObject> show)
    {
        if (Volatile.Read(ref _shown) is { } known && ReferenceEquals(known.Show, show))
            return known.Document;
        JsonObject document = ToJson();
        show(document);
        byte[] shown = StoredDocument.WithVersion(StoredDocument.Serialize(document), Version),
            stored = Document;
        if (shown.AsSpan().SequenceEqual(stored))
            shown = stored;
        Volatile.Write(ref _shown, new(show, shown));
        return shown;
    }

    /// <summary>True where a copy is unchanged, including the order of members; cheaper than a deep comparison.</summary>
    internal bool HasContent(JsonObject document)
    {
        ReadOnlySpan<byte> written = StoredDocument.Write(document);
        return _pattern is null ? written.SequenceEqual(Tail) : _pattern.Is(written, _texts!);
    }

    /// <summary>Equal except for the version and the owners' times.</summary>
    internal bool SameContent(StoredObject other) => SameDocument(other) && Owners.SameOwners(other.Owners);

    // Independent of member order.
    private bool SameDocument(StoredObject other)
    {
        ReadOnlySpan<byte> mine = Tail,
            its = other.Tail;
        return mine.SequenceEqual(its) || (mine.Length == its.Length && JsonNode.DeepEquals(Parse(mine), Parse(its)));
    }

    private static JsonNode? Parse(ReadOnlySpan<byte> tail) =>
        JsonNode.Parse(StoredDocument.WithVersion(tail, 1), documentOptions: DocumentDepth.Options);

    /// <summary>
    /// An unstored copy with another text of equal length in its document, which is neither a label nor a selectable field. Not parsed.
    /// </summary>
    /// <param name="opening">What precedes the text: a member's name, a colon and a quotation mark.</param>
    /// <returns>Null if the document has no such text, or is not stored completely.</returns>
    internal StoredObject? With(ReadOnlySpan<byte> opening, string text, ManagedFields owners)
    {
        if (_pattern is not null)
            return null;
        byte[] document = Tail.ToArray();
        int at = document.AsSpan().IndexOf(opening) + opening.Length;
        if (at < opening.Length || document.AsSpan(at).IndexOf((byte)'"') != text.Length)
            return null;
        System.Text.Encoding.ASCII.GetBytes(text, document.AsSpan(at));
        return new(this, 0, document, owners);
    }

    /// <summary>A copy at another version.</summary>
    /// <param name="before">The version that it replaces.</param>
    internal StoredObject At(long version, StoredObject? before = null) =>
        new(this, version, _pattern is null ? StoredDocument.WithVersion(Tail, version) : null, _owners, before);

    private static bool HasSameLabels(StoredObject item, StoredObject? other)
    {
        if (other is null || ReferenceEquals(item.Labels, other.Labels))
            return other is not null;
        if (item.Labels is not { } labels || other.Labels is not { } others || labels.Count != others.Count)
            return false;
        foreach ((string key, string value) in labels)
            if (!others.TryGetValue(key, out string? its) || its != value)
                return false;
        return true;
    }

    private sealed record ShownForm(Action<JsonObject> Show, byte[] Document);

    internal ReadOnlySpan<byte> Tail => TailMemory.Span;

    internal ReadOnlyMemory<byte> TailMemory => Version == 0 ? Document : StoredDocument.Tail(Document);
}
