using System.Text.Json.Nodes;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Ownership;
using NodeManager.Sandbox.Model.Resources;
using NodeManager.Sandbox.Model.Schema;
using NodeManager.Sandbox.Model.Store;

namespace NodeManager.Sandbox.Seeding;

/// <summary>Puts objects into the store as they would be after a while, with a past of their own: no controller has to make them so.</summary>
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

    /// <summary>As the API writes a time so long ago.</summary>
    public string Ago(TimeSpan age) => ResourceRegistry.Timestamp(_now - age);

    /// <summary>None comes twice: among thousands of pods of one daemon set, chance would repeat one.</summary>
    public string NextSuffix()
    {
        while (true)
        {
            string suffix = _identities.NextSuffix();
            if (_suffixes.Add(suffix))
                return suffix;
        }
    }

    /// <summary>Fills what a document leaves out.</summary>
    public void Default(ResourceKind kind, JsonObject document)
    {
        CanonicalForm.Apply(document, kind.SchemaType, registry.Minor);
        kind.Rules.Fill(document, registry.Minor);
    }

    public string NextUid() => _identities.NextUid();

    /// <summary>Stores a document that has at least a name; the status it comes with stays.</summary>
    public StoredObject Add(ResourceKind kind, string ns, JsonObject document, TimeSpan age)
    {
        StoredObject item = Make(kind, ns, document, NextUid(), age);
        return registry.Store.TryAdd(item)
            ?? throw new InvalidOperationException($"The seed names {kind.Plural} {item.Namespace}/{item.Name} twice.");
    }

    /// <summary>
    /// Makes objects on another thread while those that follow are begun: most of a large cluster. They are stored by <see cref="Finish"/>, those of a
    /// kind in the order in which they were given.
    /// </summary>
    /// <param name="size">How many documents are worked on.</param>
    /// <param name="make">Makes them; UIDs and names are chosen before, so that the same seed gives the same cluster.</param>
    public void Later(int size, Func<IEnumerable<StoredObject>> make)
    {
        _batch.Add(make);
        _batchSize += size;
        if (_batchSize >= BatchSize)
            PrepareBatch();
    }

    /// <summary>An object from a document that has at least a name. Thread-safe.</summary>
    /// <param name="kind">Of the object.</param>
    /// <param name="ns">Its namespace; empty if the kind has none.</param>
    /// <param name="document">Becomes the writer's.</param>
    /// <param name="uid">Its UID.</param>
    /// <param name="age">How long ago it was created.</param>
    /// <param name="complete">Adds to the document once its identity is there.</param>
    /// <param name="nodeLabels">Of a pod's node; null: those of the node that is stored.</param>
    public StoredObject Make(
        ResourceKind kind,
        string ns,
        JsonObject document,
        string uid,
        TimeSpan age,
        Action<JsonObject>? complete = null,
        IReadOnlyDictionary<string, string>? nodeLabels = null
    )
    {
        JsonObject metadata = document["metadata"]!.AsObject();
        if (kind.IsNamespaced)
            metadata["namespace"] = ns;
        metadata["uid"] = uid;
        metadata["creationTimestamp"] = Ago(age);
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

        // As elsewhere, these have no owner.
        if (kind.Protection is { } finalizer)
            Finalizers.Add(metadata, finalizer);
        return new(kind, document, owned);
    }

    /// <summary>What is stored.</summary>
    public StoredObject Get(ResourceKind kind, string ns, string name) => registry.Get(kind, ns, name);

    /// <summary>Stores what was begun.</summary>
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

        // Documents take far more room than what is stored of them.
        if (_preparing.Count > Environment.ProcessorCount + 1)
            TakePrepared();
    }

    private void TakePrepared() => _prepared.AddRange(_preparing.Dequeue().GetAwaiter().GetResult());
}
