using System.Text.Json.Nodes;
using NodeManager.Sandbox.Api;
using NodeManager.Sandbox.Kinds;
using NodeManager.Sandbox.Store;

namespace NodeManager.Sandbox.Seeding;

/// <summary>Puts objects into the store as they would be after a while, with a past of their own: no controller has to make them so.</summary>
internal sealed class SeedWriter(ResourceRegistry registry, int seed)
{
    private readonly IdentitySource identities = new(seed ^ 0x5eed);
    private readonly HashSet<string> suffixes = new(StringComparer.Ordinal);
    private readonly DateTimeOffset now = registry.Time.GetUtcNow();
    private readonly SeedOwners owners = new(registry);

    /// <summary>As the API writes a time so long ago.</summary>
    public string Ago(TimeSpan age) => ResourceRegistry.Timestamp(now - age);

    /// <summary>None comes twice: among thousands of pods of one daemon set, chance would repeat one.</summary>
    public string NextSuffix()
    {
        while (true)
        {
            string suffix = identities.NextSuffix();
            if (suffixes.Add(suffix)) return suffix;
        }
    }

    /// <summary>Stores a document that has at least a name; the status it comes with stays.</summary>
    public StoredObject Add(ResourceKind kind, string ns, JsonObject document, TimeSpan age)
    {
        JsonObject metadata = document["metadata"]!.AsObject();
        if (kind.IsNamespaced) metadata["namespace"] = ns;
        metadata["uid"] = identities.NextUid();
        metadata["creationTimestamp"] = Ago(age);
        if (kind.HasGeneration) metadata["generation"] = 1;
        kind.Rules.Default(document);
        return registry.Store.TryAdd(new(kind, document, owners.Of(kind, document))) ?? throw new InvalidOperationException($"The seed names {kind} {ns}/{metadata.Text("name")} twice.");
    }
}
