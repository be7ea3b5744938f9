using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Controllers.Nodes;
using NodeManager.Sandbox.Controllers.Volumes;
using NodeManager.Sandbox.Controllers.Workloads;
using NodeManager.Sandbox.Model.Ownership;

namespace NodeManager.Sandbox.Copying;

/// <summary>Writes the objects of another cluster into an empty one, before its controllers start.</summary>
internal sealed class ClusterCopier(ResourceRegistry registry, int seed)
{
    private static readonly string[] Dropped = ["resourceVersion", "selfLink"];

    public void Write(IReadOnlyDictionary<ResourceKind, SourceList> all, CopiedCustoms customs, KindCatalog catalog)
    {
        CopiedIdentities.Replace(
            seed,
            [.. all.Values.Concat(customs.Objects.Values).Append(customs.Definitions).SelectMany(static list => list.Pages)]
        );
        Dictionary<ResourceKind, JsonObject[]> workloads = CopiedRevisions
            .Kinds.Where(all.ContainsKey)
            .ToDictionary(static kind => kind, kind => all[kind].Select(number => Read(kind, all[kind], number)));
        var revisions = new CopiedRevisions(workloads);
        foreach ((ResourceKind kind, SourceList list) in all)
        {
            (StoredObject Item, bool IsAlive)[] copies = list.Select(number =>
            {
                JsonObject document = workloads.TryGetValue(kind, out JsonObject[]? translated)
                    ? translated[number]
                    : Read(kind, list, number);
                if (kind == BuiltInKinds.Pods)
                    revisions.Translate(document);
                return Make(kind, document, list.ReadOwners(number));
            });

            // Default namespaces and priority classes exist already.
            (StoredObject Item, bool IsAlive)[] added =
            [
                .. copies
                    .Where(one => registry.Store.Get(kind, one.Item.Namespace, one.Item.Name) is null)
                    .DistinctBy(static one => (one.Item.Namespace, one.Item.Name)),
            ];
            registry.Store.AddAll(kind, [.. added.Select(static one => one.Item)]);
            foreach ((StoredObject item, bool isAlive) in added)
                if (isAlive)
                    RenewLease(item);
        }

        WriteCustoms(customs, catalog);
    }

    // Storing a definition creates its kind.
    private void WriteCustoms(CopiedCustoms customs, KindCatalog catalog)
    {
        AddCustoms(BuiltInKinds.CustomResourceDefinitions, customs.Definitions);
        foreach (((string group, string plural), SourceList items) in customs.Objects)
            if (catalog.Kinds.FirstOrDefault(kind => kind.Custom is not null && kind.Group == group && kind.Plural == plural) is { } kind)
                AddCustoms(kind, items);

        void AddCustoms(ResourceKind kind, SourceList list)
        {
            for (int number = 0; number < list.Count; number++)
                registry.Store.TryAdd(Make(kind, Read(kind, list, number), list.ReadOwners(number)).Item);
        }
    }

    private JsonObject Read(ResourceKind kind, SourceList list, int number)
    {
        JsonObject item = list.ReadDocument(number);
        Clean(kind, item);
        return item;
    }

    private void Clean(ResourceKind kind, JsonObject item)
    {
        JsonObject metadata = item.Ensure("metadata");
        foreach (string member in Dropped)
            metadata.Remove(member);
        CopiedFinalizers.Drop(kind, metadata);
        metadata.Object("annotations")?.Remove("kubectl.kubernetes.io/last-applied-configuration");
        kind.Rules.Fill(item, registry.Minor);
        if (kind == BuiltInKinds.PersistentVolumes)
            item.Object("spec").Object("claimRef")?.Remove("resourceVersion");
        if (kind != BuiltInKinds.VolumeAttachments)
            return;

        // The sandbox finds it by this name after its pod was deleted.
        JsonObject? spec = item.Object("spec");
        if (spec.Object("source").Text("persistentVolumeName") is { } volume && spec.Text("nodeName") is { } node)
            metadata["name"] = VolumeController.AttachmentName(volume, node);
    }

    private (StoredObject Item, bool IsAlive) Make(ResourceKind kind, JsonObject item, ManagedFields owners)
    {
        bool isAlive = kind == BuiltInKinds.Nodes && CopiedLife.AnnotateNode(item);
        if (kind == BuiltInKinds.Pods)
            CopiedLife.AnnotatePod(item, registry.Time.GetUtcNow());
        return (new DocumentObject(kind, item, owners), isAlive);
    }

    // A real kubelet updates its status every five minutes only, and its lease more often.
    private void RenewLease(StoredObject node) =>
        registry.Create(
            BuiltInKinds.Leases,
            HeartbeatLease.Namespace,
            HeartbeatLease.Create(node.Name, PodTemplates.Reference(node, isController: false), registry.Time.GetUtcNow())
        );
}
