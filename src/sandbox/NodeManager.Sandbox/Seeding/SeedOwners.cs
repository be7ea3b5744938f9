using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Model.Ownership;

namespace NodeManager.Sandbox.Seeding;

/// <summary>Ownership of seeded objects as if written normally. Thread-safe.</summary>
internal sealed class SeedOwners(ResourceRegistry registry)
{
    public ManagedFields Of(ResourceKind kind, JsonObject document)
    {
        JsonObject metadata = document["metadata"]!.AsObject();
        string created = metadata.Text("creationTimestamp")!;
        // A Lease was last written by its renewal.
        if (document.Object("spec")?.Text("renewTime") is { } renewed && kind == BuiltInKinds.Leases)
            created = renewed.Replace(".000000Z", "Z", StringComparison.Ordinal);
        (string maker, string keeper) = Writers(kind, isOwned: metadata.Array("ownerReferences") is { Count: > 0 });
        document.Remove("status", out JsonNode? status);
        ManagedFields fields = registry.As(new(maker)).OwnersOf(kind, null, null, document, ManagedFields.None, WriteScope.Main, created);
        if (status is null)
            return fields;
        ManagedFields kept = registry
            .As(new(keeper))
            .OwnersOf(kind, null, null, new() { ["status"] = status }, ManagedFields.None, WriteScope.Status, created);
        status.Parent!.AsObject().Remove("status");
        document["status"] = status;
        return ManagedFields.Of([.. fields.Entries, .. kept.Entries]);
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
