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
    private const int BatchSize = 128;

    private readonly IdentitySource _identities = new(seed ^ 0x5eed);
    private readonly HashSet<string> _suffixes = new(StringComparer.Ordinal);
    private readonly DateTimeOffset _now = registry.Time.GetUtcNow();
    private readonly SeedOwners _owners = new(registry);
    private readonly Queue<Task<StoredObject[]>> _preparing = [];
    private List<(ResourceKind Kind, JsonObject Document, Action<JsonObject> Complete)> _batch = [];

    /// <summary>As the API writes a time so long ago.</summary>
    public string Ago(TimeSpan age) => ResourceRegistry.Timestamp(_now - age);

    /// <summary>None comes twice: among thousands of pods of one daemon set, chance would repeat one.</summary>
    public string NextSuffix()
    {
        while (true)
        {
            string suffix = _identities.NextSuffix();
            if (_suffixes.Add(suffix)) return suffix;
        }
    }

    /// <summary>Fills what a document leaves out.</summary>
    public void Default(ResourceKind kind, JsonObject document)
    {
        CanonicalForm.Apply(document, kind.SchemaType, registry.Minor);
        kind.Rules.Fill(document, registry.Minor);
    }

    /// <summary>Stores a document that has at least a name; the status it comes with stays.</summary>
    public StoredObject Add(ResourceKind kind, string ns, JsonObject document, TimeSpan age)
    {
        Identify(kind, ns, document, age);
        return Store(Prepare(kind, document));
    }

    /// <summary>
    /// The same for what nothing else is made of: most of a large cluster. It is completed on another thread while those that follow are
    /// begun, and stored in the order in which it was given, at the latest by <see cref="Finish"/>.
    /// </summary>
    public void AddLater(ResourceKind kind, string ns, JsonObject document, TimeSpan age, Action<JsonObject> complete)
    {
        Identify(kind, ns, document, age);
        _batch.Add((kind, document, complete));
        if (_batch.Count == BatchSize) PrepareBatch();
    }

    /// <summary>Stores what is still on its way.</summary>
    public void Finish()
    {
        PrepareBatch();
        while (_preparing.Count > 0) StoreOldest();
    }

    private void PrepareBatch()
    {
        (ResourceKind Kind, JsonObject Document, Action<JsonObject> Complete)[] items = [.. _batch];
        _batch = new(BatchSize);
        _preparing.Enqueue(Task.Run(() => Array.ConvertAll(items, item =>
        {
            item.Complete(item.Document);
            return Prepare(item.Kind, item.Document);
        })));

        // Documents take far more room than what is stored of them.
        if (_preparing.Count > Environment.ProcessorCount + 1) StoreOldest();
    }

    private void StoreOldest()
    {
        foreach (StoredObject item in _preparing.Dequeue().GetAwaiter().GetResult()) Store(item);
    }

    private void Identify(ResourceKind kind, string ns, JsonObject document, TimeSpan age)
    {
        JsonObject metadata = document["metadata"]!.AsObject();
        if (kind.IsNamespaced) metadata["namespace"] = ns;
        metadata["uid"] = _identities.NextUid();
        metadata["creationTimestamp"] = Ago(age);
        if (kind.HasGenerationAt(registry.Minor)) metadata["generation"] = 1;
    }

    private StoredObject Prepare(ResourceKind kind, JsonObject document)
    {
        Default(kind, document);
        kind.Rules.Derive?.Invoke(null, document);
        if (kind == BuiltInKinds.Pods) PodTopology.Label(document, registry.Store, registry.Minor);
        ManagedFields owned = _owners.Of(kind, document);

        // As elsewhere, these have no owner.
        if (kind.Protection is { } finalizer) Finalizers.Add(document["metadata"]!.AsObject(), finalizer);
        return new(kind, document, owned);
    }

    private StoredObject Store(StoredObject item) => registry.Store.TryAdd(item)
        ?? throw new InvalidOperationException($"The seed names {item.Kind} {item.Namespace}/{item.Name} twice.");
}
