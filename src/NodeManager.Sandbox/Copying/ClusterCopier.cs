using System.Globalization;
using System.Text.Json.Nodes;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Controllers.Volumes;
using NodeManager.Sandbox.Controllers.Workloads;
using NodeManager.Sandbox.Model.Documents;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Ownership;
using NodeManager.Sandbox.Model.Resources;
using NodeManager.Sandbox.Model.Store;

namespace NodeManager.Sandbox.Copying;

/// <summary>Puts what was read from a cluster into an empty one, before anything acts in it.</summary>
internal sealed class ClusterCopier(ResourceRegistry registry, int seed)
{
    private static readonly string[] Dropped = ["resourceVersion", "selfLink"];

    public void Write(IReadOnlyDictionary<ResourceKind, IReadOnlyList<JsonObject>> all, CopiedCustoms customs, KindCatalog catalog)
    {
        foreach ((ResourceKind kind, IReadOnlyList<JsonObject> items) in all)
            Parallel.ForEach(items, item => Clean(kind, item));
        CopiedRevisions.Translate(all);
        var identities = new CopiedIdentities(seed, all.Values.SelectMany(static items => items).Concat(customs.All));
        foreach ((ResourceKind kind, IReadOnlyList<JsonObject> items) in all)
        {
            var made = new (StoredObject Item, bool IsAlive)[items.Count];
            Parallel.For(0, items.Count, index =>
            {
                identities.Replace(items[index]);
                made[index] = Make(kind, items[index]);
            });

            // Namespaces and priority classes that every cluster has are there already.
            (StoredObject Item, bool IsAlive)[] added = [.. made.Where(one => registry.Store.Get(kind, one.Item.Namespace, one.Item.Name) is null).DistinctBy(static one => (one.Item.Namespace, one.Item.Name))];
            registry.Store.AddAll(kind, [.. added.Select(static one => one.Item)]);
            foreach ((StoredObject item, bool isAlive) in added)
                if (isAlive) Beat(item);
        }

        WriteCustoms(customs, catalog, identities);
    }

    // A definition makes its kind when it is stored.
    private void WriteCustoms(CopiedCustoms customs, KindCatalog catalog, CopiedIdentities identities)
    {
        foreach (JsonObject definition in customs.Definitions) AddCustom(BuiltInKinds.CustomResourceDefinitions, definition);
        foreach (((string group, string plural), IReadOnlyList<JsonObject> items) in customs.Objects)
        {
            if (catalog.Kinds.FirstOrDefault(kind => kind.Custom is not null && kind.Group == group && kind.Plural == plural) is not { } kind) continue;
            foreach (JsonObject item in items) AddCustom(kind, item);
        }

        void AddCustom(ResourceKind kind, JsonObject item)
        {
            Clean(kind, item);
            identities.Replace(item);
            registry.Store.TryAdd(Make(kind, item).Item);
        }
    }

    private void Clean(ResourceKind kind, JsonObject item)
    {
        JsonObject metadata = item.Ensure("metadata");
        foreach (string member in Dropped) metadata.Remove(member);
        CopiedFinalizers.Drop(kind, metadata);
        metadata.Object("annotations")?.Remove("kubectl.kubernetes.io/last-applied-configuration");
        kind.Rules.Fill(item, registry.Minor);
        if (kind == BuiltInKinds.PersistentVolumes) item.Object("spec").Object("claimRef")?.Remove("resourceVersion");
        if (kind != BuiltInKinds.VolumeAttachments) return;

        // Under the name by which the sandbox finds it when the pod has gone.
        JsonObject? spec = item.Object("spec");
        if (spec.Object("source").Text("persistentVolumeName") is { } volume && spec.Text("nodeName") is { } node)
            metadata["name"] = VolumeController.AttachmentName(volume, node);
    }

    private (StoredObject Item, bool IsAlive) Make(ResourceKind kind, JsonObject item)
    {
        bool isAlive = kind == BuiltInKinds.Nodes && CopiedLife.TellNode(item);
        if (kind == BuiltInKinds.Pods) CopiedLife.TellPod(item, registry.Time.GetUtcNow());

        ManagedFields owners = ManagedFields.Read(item["metadata"]!["managedFields"]) ?? ManagedFields.None;
        item["metadata"]!.AsObject().Remove("managedFields");
        return (new(kind, item, owners), isAlive);
    }

    // A real kubelet tells its status every five minutes only, and lives by its lease.
    private void Beat(StoredObject node)
    {
        string now = registry.Time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
        registry.Create(BuiltInKinds.Leases, "kube-node-lease", new()
        {
            ["metadata"] = new JsonObject { ["name"] = node.Name, ["ownerReferences"] = new JsonArray(PodTemplates.Reference(node, isController: false)) },
            ["spec"] = new JsonObject { ["holderIdentity"] = node.Name, ["leaseDurationSeconds"] = 40, ["renewTime"] = now },
        });
    }
}
