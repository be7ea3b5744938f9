using System.Collections.Concurrent;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Model.Ownership;

namespace NodeManager.Sandbox.Seeding;

/// <summary>Ownership of seeded objects as if written normally. Thread-safe.</summary>
internal sealed class SeedOwners(ResourceRegistry registry)
{
    private readonly ConcurrentDictionary<string, ManagedFields> _ofPods = new(StringComparer.Ordinal);

    public ManagedFields Of(ResourceKind kind, JsonObject document)
    {
        JsonObject metadata = document["metadata"]!.AsObject();
        string created = metadata.Text("creationTimestamp")!,
            owner = metadata.Array("ownerReferences") is [JsonObject first, ..] ? first.Text("uid") ?? "" : "";
        // A Lease was last written by its renewal.
        if (document.Object("spec")?.Text("renewTime") is { } renewed && kind == BuiltInKinds.Leases)
            created = renewed.Replace(".000000Z", "Z", StringComparison.Ordinal);
        (string maker, string keeper) = Writers(kind, owner.Length > 0);
        document.Remove("status", out JsonNode? status);
        ManagedFields fields =
            kind == BuiltInKinds.Pods && owner.Length > 0
                ? OfPod(owner, maker, document, metadata, created)
                : registry.As(new(maker)).OwnersOf(kind, null, null, document, ManagedFields.None, WriteScope.Main, created);
        if (status is null)
            return fields;
        ManagedFields kept = registry
            .As(new(keeper))
            .OwnersOf(kind, null, null, new() { ["status"] = status }, ManagedFields.None, WriteScope.Status, created);
        status.Parent!.AsObject().Remove("status");
        document["status"] = status;
        return ManagedFields.Of([.. fields.Entries, .. kept.Entries]);
    }

    // Pods of an owner have the same fields except for some annotations: most of a large cluster's start.
    private ManagedFields OfPod(string owner, string maker, JsonObject document, JsonObject metadata, string created)
    {
        string shape = owner + string.Concat((metadata.Object("annotations") ?? []).Select(static pair => "|" + pair.Key));
        if (!_ofPods.TryGetValue(shape, out ManagedFields? known))
            _ofPods[shape] = known = registry
                .As(new(maker))
                .OwnersOf(BuiltInKinds.Pods, null, null, document, ManagedFields.None, WriteScope.Main, created);
        return ManagedFields.Of(known.Entries.Select(entry => entry with { Time = created }));
    }

    private static (string Maker, string Keeper) Writers(ResourceKind kind, bool isOwned)
    {
        const string Manager = "kube-controller-manager",
            Kubelet = "kubelet";
        if (kind == BuiltInKinds.Nodes || kind == BuiltInKinds.Leases)
            return (Kubelet, Kubelet);
        if (kind == BuiltInKinds.Pods)
            return (isOwned ? Manager : Kubelet, Kubelet);
        return (isOwned ? Manager : "kubectl-create", Manager);
    }
}
