using System.Text.Json.Nodes;
using NodeManager.Sandbox.Api;
using NodeManager.Sandbox.Kinds;
using NodeManager.Sandbox.Ownership;
using NodeManager.Sandbox.Store;

namespace NodeManager.Sandbox.Seeding;

/// <summary>Who owns what of the seeded objects, had they come about as others do: found when somebody asks for it.</summary>
internal sealed class SeedOwners(ResourceRegistry registry)
{
    public ManagedFields Find(StoredObject item)
    {
        JsonObject document = item.ToJson();
        string created = document["metadata"]!.AsObject().Text("creationTimestamp")!;
        (string maker, string keeper) = Writers(item);
        document.Remove("status", out JsonNode? status);
        ManagedFields owners = registry.As(new(maker)).OwnersOf(item.Kind, null, null, document, ManagedFields.None, WriteScope.Main, created);
        if (status is null) return owners;
        JsonObject before = document.DeepClone().AsObject();
        document["status"] = status;
        return registry.As(new(keeper)).OwnersOf(item.Kind, null, before, document, owners, WriteScope.Status, created);
    }

    private static (string Maker, string Keeper) Writers(StoredObject item)
    {
        const string Manager = "kube-controller-manager", Kubelet = "kubelet";
        if (item.Kind == BuiltInKinds.Nodes) return (Kubelet, Kubelet);
        if (item.Kind == BuiltInKinds.Pods) return (item.OwnerUids.Length > 0 ? Manager : Kubelet, Kubelet);
        if (item.Kind == BuiltInKinds.Leases) return (Kubelet, Kubelet);
        return (item.OwnerUids.Length > 0 ? Manager : "kubectl-create", Manager);
    }
}
