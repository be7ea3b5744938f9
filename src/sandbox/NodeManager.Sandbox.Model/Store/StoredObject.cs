using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Model.Ownership;

namespace NodeManager.Sandbox.Model.Store;

/// <summary>One version of an object. Immutable; frequently used fields are read when it is stored.</summary>
internal abstract class StoredObject
{
    // The object, its change in the log, and its owners.
    private const int Overhead = 400;

    private KubernetesObject? _typed;

    private protected StoredObject(string @namespace, string name, string uid, IReadOnlyDictionary<string, string>? labels)
    {
        Namespace = @namespace;
        Name = name;
        Uid = uid;
        Labels = labels;
    }

    // Shares equal parts with the former version.
    private protected StoredObject(StoredObject like, long version, StoredObject? before)
    {
        Namespace = like.Namespace == before?.Namespace ? before.Namespace : like.Namespace;
        Name = like.Name == before?.Name ? before.Name : like.Name;
        Uid = like.Uid == before?.Uid ? before.Uid : like.Uid;
        Labels = HasSameLabels(like, before) ? before!.Labels : like.Labels;
        Version = version;
    }

    public abstract ResourceKind Kind { get; }

    /// <summary>Empty at cluster scope.</summary>
    public string Namespace { get; }

    public string Name { get; }

    public string Uid { get; }

    public long Version { get; }

    public IReadOnlyDictionary<string, string>? Labels { get; }

    public abstract string[] OwnerUids { get; }

    public abstract bool IsDeleting { get; }

    /// <summary>Without kind, apiVersion and managedFields.</summary>
    public ReadOnlyMemory<byte> Json => Document;

    /// <summary>The length of <see cref="Json"/> without composing it.</summary>
    public abstract int JsonLength { get; }

    /// <summary>About the bytes that an outdated version retains.</summary>
    internal long RetainedBytes => JsonLength + Overhead;

    /// <summary>Null for an object that is stored completely.</summary>
    public virtual ObjectPattern? Pattern => null;

    /// <summary>Computed on each call for an object of a pattern; see <see cref="WriteOwners"/>.</summary>
    public abstract ManagedFields Owners { get; }

    public abstract bool HasNoOwners { get; }

    /// <summary>Composed on each call for an object of a pattern.</summary>
    private protected abstract byte[] Document { get; }

    internal ReadOnlySpan<byte> Tail => TailMemory.Span;

    internal ReadOnlyMemory<byte> TailMemory => Version == 0 ? Document : StoredDocument.Tail(Document);

    /// <summary>The value of a selectable field (<c>spec.nodeName</c>, <c>status.phase</c>, …); empty if unset.</summary>
    public string Field(string path)
    {
        int index = Kind.IndexOfField(path);
        return index < 0 ? throw new ArgumentException($"{Kind.Plural} have no field {path}.", nameof(path)) : Field(index);
    }

    internal abstract string Field(int index);

    /// <summary>Writes managedFields, if tracked.</summary>
    public abstract void WriteOwners(IBufferWriter<byte> into);

    /// <summary>The typed object, which may be shared; read-only.</summary>
    public T As<T>()
        where T : KubernetesObject
    {
        if (Volatile.Read(ref _typed) is T known)
            return known;
        if (ComposeModel() is T created)
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

    /// <summary>The document in the client's form (see <see cref="KindRules.Show"/>).</summary>
    public virtual ReadOnlyMemory<byte> Converted(Action<JsonObject> show)
    {
        JsonObject document = ToJson();
        show(document);
        return StoredDocument.WithVersion(StoredDocument.Serialize(document), Version);
    }

    /// <summary>True where a copy is unchanged, including the order of members; cheaper than a deep comparison.</summary>
    internal bool HasContent(JsonObject document) => IsTail(StoredDocument.Write(document));

    /// <summary>Equal except for the version and the owners' times.</summary>
    internal bool SameContent(StoredObject other) => SameDocument(other) && Owners.SameOwners(other.Owners);

    /// <summary>
    /// An unstored copy with another text of equal length in its document, which is neither a label nor a selectable field. Not parsed.
    /// </summary>
    /// <param name="opening">What precedes the text: a member's name, a colon and a quotation mark.</param>
    /// <returns>Null if the document has no such text, or is not stored completely.</returns>
    internal virtual StoredObject? With(ReadOnlySpan<byte> opening, string text, ManagedFields owners) => null;

    /// <summary>A copy at another version.</summary>
    /// <param name="before">The version that it replaces.</param>
    internal abstract StoredObject At(long version, StoredObject? before = null);

    private protected abstract bool IsTail(ReadOnlySpan<byte> written);

    /// <summary>The typed object without its document, created on each call from shared parts; null if it must be deserialized.</summary>
    private protected virtual KubernetesObject? ComposeModel() => null;

    // Independent of member order.
    private bool SameDocument(StoredObject other)
    {
        ReadOnlySpan<byte> mine = Tail,
            its = other.Tail;
        return mine.SequenceEqual(its) || (mine.Length == its.Length && JsonNode.DeepEquals(Parse(mine), Parse(its)));
    }

    private static JsonNode? Parse(ReadOnlySpan<byte> tail) =>
        JsonNode.Parse(StoredDocument.WithVersion(tail, 1), documentOptions: DocumentDepth.Options);

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
}
