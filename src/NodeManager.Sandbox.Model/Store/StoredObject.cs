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
    private KubernetesObject? _typed;
    private ShownForm? _shown;

    private StoredObject(StoredObject like, long version, byte[] document)
    {
        Kind = like.Kind;
        Namespace = like.Namespace;
        Name = like.Name;
        Uid = like.Uid;
        Labels = like.Labels;
        OwnerUids = like.OwnerUids;
        IsDeleting = like.IsDeleting;
        _fields = like._fields;
        Owners = like.Owners;
        Version = version;
        Document = document;
    }

    /// <param name="kind">Its kind.</param>
    /// <param name="document">The whole of it; its managedFields do not count.</param>
    /// <param name="owners">Who owns its fields.</param>
    internal StoredObject(ResourceKind kind, JsonObject document, ManagedFields owners)
    {
        JsonObject metadata = document["metadata"]!.AsObject();
        Kind = kind;
        Owners = owners;
        Namespace = metadata.Text("namespace") ?? "";
        Name = metadata.Text("name") ?? "";
        Uid = metadata.Text("uid") ?? "";
        IsDeleting = metadata["deletionTimestamp"] is not null;
        if (metadata["labels"] is JsonObject { Count: > 0 } labels)
        {
            var copy = new Dictionary<string, string>(labels.Count, StringComparer.Ordinal);
            foreach ((string key, JsonNode? value) in labels) copy[SharedTexts.Get(key)] = SharedTexts.Get((string?)value ?? "");
            Labels = copy;
        }

        OwnerUids = metadata["ownerReferences"] is JsonArray { Count: > 0 } holders ? [.. holders.Select(owner => owner!.AsObject().Text("uid") ?? "")] : [];
        _fields = kind.SelectableFields.Length == 0 ? [] : new string?[kind.SelectableFields.Length];
        for (int i = 0; i < _fields.Length; i++) _fields[i] = kind.SelectableFields[i].Read(document) is { } value ? SharedTexts.Get(value) : null;
        Document = StoredDocument.Serialize(document);
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

    /// <summary>Who owns its fields.</summary>
    public ManagedFields Owners { get; }

    private byte[] Document { get; }

    /// <summary>What a selectable field holds (<c>spec.nodeName</c>, <c>status.phase</c>, …); empty if not set.</summary>
    public string Field(string path)
    {
        int index = Kind.IndexOfField(path);
        return index < 0 ? throw new ArgumentException($"{Kind.Plural} have no field {path}.", nameof(path)) : _fields[index] ?? "";
    }

    internal string Field(int index) => _fields[index] ?? "";

    /// <summary>The object as our types know it: shared, so never to be changed.</summary>
    public T As<T>()
        where T : KubernetesObject
    {
        if (Volatile.Read(ref _typed) is T known) return known;
        var type = (JsonTypeInfo<T>?)Kind.Type ?? throw new InvalidOperationException($"{Kind.Plural} have no type.");
        T read = JsonSerializer.Deserialize(Document, type)!;
        Volatile.Write(ref _typed, read);
        return read;
    }

    /// <summary>A copy to change, without kind, apiVersion and managedFields, with its resourceVersion.</summary>
    public JsonObject ToJson() => JsonNode.Parse(Document, documentOptions: DocumentDepth.Options)!.AsObject();

    /// <summary>The document in the form that clients see (see <see cref="KindRules.Show"/>), worked out once.</summary>
    public ReadOnlyMemory<byte> ShownBy(Action<JsonObject> show)
    {
        if (Volatile.Read(ref _shown) is { } known && ReferenceEquals(known.Show, show)) return known.Document;
        JsonObject document = ToJson();
        show(document);
        byte[] shown = StoredDocument.WithVersion(StoredDocument.Serialize(document), Version);
        if (shown.AsSpan().SequenceEqual(Document)) shown = Document;
        Volatile.Write(ref _shown, new(show, shown));
        return shown;
    }

    /// <summary>The same but for the version, and the times of its fields' owners.</summary>
    internal bool SameContent(StoredObject other) => SameDocument(other) && Owners.SameOwners(other.Owners);

    // The order of members says nothing.
    private bool SameDocument(StoredObject other) => Tail.SequenceEqual(other.Tail) || (Tail.Length == other.Tail.Length && JsonNode.DeepEquals(Parse(Tail), Parse(other.Tail)));

    private static JsonNode? Parse(ReadOnlySpan<byte> tail) => JsonNode.Parse(StoredDocument.WithVersion(tail, 1), documentOptions: DocumentDepth.Options);

    /// <summary>The same object under a version: for the store, and for the end of a watched object (its last state under its deletion's version).</summary>
    internal StoredObject At(long version) => new(this, version, StoredDocument.WithVersion(Tail, version));

    private sealed record ShownForm(Action<JsonObject> Show, byte[] Document);

    private ReadOnlySpan<byte> Tail => Version == 0 ? Document : StoredDocument.Tail(Document);
}
