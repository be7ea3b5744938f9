using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Model.Ownership;
using NodeManager.Sandbox.Model.Schema;

namespace NodeManager.Sandbox.Seeding;

/// <summary>Stores objects in the state that controllers would reach, with plausible ages.</summary>
internal sealed class SeedWriter(ResourceRegistry registry, int seed)
{
    private const int BatchSize = 64;

    private readonly IdentitySource _identities = new(seed ^ 0x5eed);
    private readonly HashSet<string> _suffixes = new(StringComparer.Ordinal);
    private readonly DateTimeOffset _now = registry.Time.GetUtcNow();
    private readonly SeedOwners _owners = new(registry);
    private readonly Queue<Task<List<StoredObject>>> _preparing = [];
    private readonly List<StoredObject> _prepared = [];
    private List<Func<IEnumerable<StoredObject>>> _batch = [];
    private int _batchSize;

    /// <summary>A time in API format.</summary>
    public string Ago(TimeSpan age) => ResourceRegistry.Timestamp(_now - age);

    /// <summary>Unique: among thousands of pods of a DaemonSet, random suffixes would collide.</summary>
    public string NextSuffix()
    {
        while (true)
        {
            string suffix = _identities.NextSuffix();
            if (_suffixes.Add(suffix))
                return suffix;
        }
    }

    /// <summary>Applies defaults.</summary>
    public void Default(ResourceKind kind, JsonObject document)
    {
        CanonicalForm.Apply(document, kind.SchemaType, registry.Minor);
        kind.Rules.Fill(document, registry.Minor);
    }

    public string NextUid() => _identities.NextUid();

    /// <summary>Stores a document with at least a name and keeps its status.</summary>
    public StoredObject Add(ResourceKind kind, string ns, JsonObject document, TimeSpan age)
    {
        StoredObject item = Make(kind, ns, document, NextUid(), Ago(age));
        return registry.Store.TryAdd(item)
            ?? throw new InvalidOperationException($"The seed names {kind.Plural} {item.Namespace}/{item.Name} twice.");
    }

    /// <summary>
    /// Prepares objects on another thread: most of a large cluster. <see cref="Finish"/> stores those of a kind in the given order.
    /// </summary>
    /// <param name="size">The number of documents.</param>
    /// <param name="make">UIDs and names are drawn before, so that equal seeds make equal clusters.</param>
    public void Later(int size, Func<IEnumerable<StoredObject>> make)
    {
        _batch.Add(make);
        _batchSize += size;
        if (_batchSize >= BatchSize)
            PrepareBatch();
    }

    /// <summary>Creates an object from a document with at least a name. Thread-safe.</summary>
    /// <param name="ns">Empty at cluster scope.</param>
    /// <param name="document">Taken over.</param>
    /// <param name="createdAt">See <see cref="Ago"/>.</param>
    /// <param name="complete">Completes the document after its identity is set.</param>
    /// <param name="nodeLabels">Labels of the pod's node; null: read from the store.</param>
    public StoredObject Make(
        ResourceKind kind,
        string ns,
        JsonObject document,
        string uid,
        string createdAt,
        Action<JsonObject>? complete = null,
        IReadOnlyDictionary<string, string>? nodeLabels = null
    )
    {
        JsonObject metadata = document["metadata"]!.AsObject();
        if (kind.IsNamespaced)
            metadata["namespace"] = ns;
        metadata["uid"] = uid;
        metadata["creationTimestamp"] = createdAt;
        if (kind.HasGenerationAt(registry.Minor))
            metadata["generation"] = 1;
        complete?.Invoke(document);
        Default(kind, document);
        kind.Rules.Derive?.Invoke(null, document);
        if (nodeLabels is not null)
            PodTopology.Label(document, nodeLabels, registry.Minor);
        else if (kind == BuiltInKinds.Pods)
            PodTopology.Label(document, registry.Store, registry.Minor);
        ManagedFields owned = _owners.Of(kind, document);

        // These have no owner, as elsewhere.
        if (kind.Protection is { } finalizer)
            Finalizers.Add(metadata, finalizer);
        return new DocumentObject(kind, document, owned);
    }

    public StoredObject Get(ResourceKind kind, string ns, string name) => registry.Get(kind, ns, name);

    /// <summary>Stores the prepared objects.</summary>
    public void Finish()
    {
        PrepareBatch();
        while (_preparing.Count > 0)
            TakePrepared();
        foreach (IGrouping<ResourceKind, StoredObject> items in _prepared.GroupBy(static item => item.Kind))
            registry.Store.AddAll(items.Key, [.. items]);
        _prepared.Clear();
    }

    private void PrepareBatch()
    {
        List<Func<IEnumerable<StoredObject>>> items = _batch;
        (_batch, _batchSize) = ([], 0);
        _preparing.Enqueue(Task.Run(() => items.SelectMany(static make => make()).ToList()));

        // Documents need far more memory than stored objects.
        if (_preparing.Count > Environment.ProcessorCount + 1)
            TakePrepared();
    }

    private void TakePrepared() => _prepared.AddRange(_preparing.Dequeue().GetAwaiter().GetResult());
}
