using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Model.Documents;
using NodeManager.Sandbox.Model.Ownership;
using NodeManager.Sandbox.Model.Resources;

namespace NodeManager.Sandbox.Model.Store;

/// <summary>One version of one object. Immutable; what is asked of it often is read once, when it is stored.</summary>
internal sealed class StoredObject
{
    private readonly string?[] _fields;
    private readonly byte[]? _document;
    private readonly ManagedFields? _owners;
    private readonly ObjectPattern? _pattern;
    private readonly string[]? _texts;
    private KubernetesObject? _typed;
    private ShownForm? _shown;

    private StoredObject(StoredObject like, long version)
    {
        Kind = like.Kind;
        Namespace = like.Namespace;
        Name = like.Name;
        Uid = like.Uid;
        Labels = like.Labels;
        OwnerUids = like.OwnerUids;
        IsDeleting = like.IsDeleting;
        _fields = like._fields;
        _owners = like._owners;
        Version = version;
        _pattern = like._pattern;
        _texts = like._texts;
        if (_pattern is null)
            _document = StoredDocument.WithVersion(like.Tail, version);
    }

    /// <summary>One of many that are alike; see <see cref="ObjectPattern.Make"/>.</summary>
    internal StoredObject(ObjectPattern pattern, string[] texts)
    {
        StoredObject model = pattern.Model;
        Kind = model.Kind;
        Namespace = pattern.Text(model.Namespace, texts);
        Name = pattern.Text(model.Name, texts);
        Uid = pattern.Text(model.Uid, texts);
        Labels = pattern.Labels(texts);
        OwnerUids = model.OwnerUids;
        _fields = [];
        _pattern = pattern;
        _texts = texts;
    }

    /// <param name="kind">Its kind.</param>
    /// <param name="document">The whole of it; its managedFields do not count.</param>
    /// <param name="owners">Who owns its fields.</param>
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

    /// <summary>Empty for what has none.</summary>
    public string Namespace { get; }

    public string Name { get; }

    public string Uid { get; }

    /// <summary>The resourceVersion.</summary>
    public long Version { get; }

    public IReadOnlyDictionary<string, string>? Labels { get; }

    public string[] OwnerUids { get; }

    /// <summary>True from when a deletionTimestamp stands in it.</summary>
    public bool IsDeleting { get; }

    /// <summary>The JSON document, without kind, apiVersion and managedFields.</summary>
    public ReadOnlyMemory<byte> Json => Document;

    /// <summary>Bytes of <see cref="Json"/>, which is not composed for it.</summary>
    public int JsonLength => _document?.Length ?? _pattern!.Measure(_texts!, Version);

    /// <summary>What it is made from; null for one that is stored whole.</summary>
    public ObjectPattern? Pattern => _pattern;

    /// <summary>Who owns its fields. Of one that is made from a pattern it is worked out each time; see <see cref="WriteOwners"/>.</summary>
    public ManagedFields Owners => _owners ?? _pattern!.Owners(_texts!);

    /// <summary>True where it is not known who owns its fields.</summary>
    public bool HasNoOwners => (_owners ?? _pattern!.Model.Owners).IsEmpty;

    // Of one that is made from a pattern it is composed each time.
    private byte[] Document => _document ?? _pattern!.Compose(_texts!, Version);

    /// <summary>What a selectable field holds (<c>spec.nodeName</c>, <c>status.phase</c>, …); empty if not set.</summary>
    public string Field(string path)
    {
        int index = Kind.IndexOfField(path);
        return index < 0 ? throw new ArgumentException($"{Kind.Plural} have no field {path}.", nameof(path)) : Field(index);
    }

    internal string Field(int index) => (_pattern is null ? _fields[index] : _pattern.Field(index, _texts!)) ?? "";

    /// <summary>Writes who owns its fields, as the JSON array, where that is known.</summary>
    public void WriteOwners(IBufferWriter<byte> into)
    {
        if (_owners is null)
            _pattern!.WriteOwners(_texts!, into);
        else if (!_owners.IsEmpty)
            _owners.WriteTo(into);
    }

    /// <summary>The object as our types know it: shared, so never to be changed.</summary>
    public T As<T>()
        where T : KubernetesObject
    {
        if (Volatile.Read(ref _typed) is T known)
            return known;
        var type = (JsonTypeInfo<T>?)Kind.Type ?? throw new InvalidOperationException($"{Kind.Plural} have no type.");
        T read = (T?)_pattern?.Read(this, _texts!) ?? JsonSerializer.Deserialize(Document, type)!;
        Volatile.Write(ref _typed, read);
        return read;
    }

    /// <summary>A copy to change, without kind, apiVersion and managedFields, with its resourceVersion.</summary>
    public JsonObject ToJson() => JsonNode.Parse(Document, documentOptions: DocumentDepth.Options)!.AsObject();

    /// <summary>The document in the form that clients see (see <see cref="KindRules.Show"/>), worked out once.</summary>
    public ReadOnlyMemory<byte> ShownBy(Action<JsonObject> show)
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

    /// <summary>True where a changed copy of its document is as it was, down to the order of its members: cheaper than a comparison of two documents.</summary>
    internal bool HasContent(JsonObject document) => StoredDocument.Is(document, Tail);

    /// <summary>The same but for the version, and the times of its fields' owners.</summary>
    internal bool SameContent(StoredObject other) => SameDocument(other) && Owners.SameOwners(other.Owners);

    // The order of members says nothing.
    private bool SameDocument(StoredObject other)
    {
        ReadOnlySpan<byte> mine = Tail,
            its = other.Tail;
        return mine.SequenceEqual(its) || (mine.Length == its.Length && JsonNode.DeepEquals(Parse(mine), Parse(its)));
    }

    private static JsonNode? Parse(ReadOnlySpan<byte> tail) =>
        JsonNode.Parse(StoredDocument.WithVersion(tail, 1), documentOptions: DocumentDepth.Options);

    /// <summary>The same object under a version: for the store, and for the end of a watched object (its last state under its deletion's version).</summary>
    internal StoredObject At(long version) => new(this, version);

    private sealed record ShownForm(Action<JsonObject> Show, byte[] Document);

    /// <summary>The document but for what comes before its version, and the version.</summary>
    internal ReadOnlySpan<byte> Tail => Version == 0 ? Document : StoredDocument.Tail(Document);
}
