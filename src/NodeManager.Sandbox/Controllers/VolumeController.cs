using System.Text.Json.Nodes;
using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Kinds;
using NodeManager.Sandbox.Store;

namespace NodeManager.Sandbox.Controllers;

/// <summary>
/// Volumes by a driver that always can: a claim gets a volume at once, a pod's volumes are attached to its node and detached a moment
/// after the last pod that uses them has left it.
/// </summary>
internal sealed class VolumeController(ControllerContext context) : Controller(context)
{
    public const string Driver = "ebs.csi.aws.com";

    public override IReadOnlyList<ResourceKind> Kinds { get; } =
        [BuiltInKinds.PersistentVolumeClaims, BuiltInKinds.Pods, BuiltInKinds.VolumeAttachments];

    /// <summary>The name of the attachment of a volume to a node.</summary>
    public static string AttachmentName(string volume, string node) => $"csi-{StableHash.Of(volume + Driver + node):x8}{StableHash.Of(node + volume, 3):x8}";

    public override void Observe(Change change)
    {
        StoredObject item = change.Object;
        if (item.Kind != BuiltInKinds.Pods)
        {
            if (item.Kind == BuiltInKinds.PersistentVolumeClaims && change.Type != ChangeType.Deleted) Enqueue(item);
            return;
        }
        if (item.Field("spec.nodeName").Length == 0 || !Claims(item).Any()) return;
        if (change.Type != ChangeType.Deleted)
        {
            if (change.Previous is null || change.Previous.Field("spec.nodeName").Length == 0) Enqueue(item);
            return;
        }
        foreach (string claim in Claims(item))
            if (VolumeOf(item.Namespace, claim) is { } volume)
                EnqueueAfter(new(BuiltInKinds.VolumeAttachments, "", AttachmentName(volume, item.Field("spec.nodeName"))), TimeSpan.FromSeconds(0.1 + (0.2 * Context.Share(volume))));
    }

    public override void Begin(StoredObject item)
    {
        if (item.Kind == BuiltInKinds.PersistentVolumeClaims) Enqueue(item);
    }

    protected override void Reconcile(ObjectKey key)
    {
        if (Get(key) is not { } item) return;
        if (key.Kind == BuiltInKinds.PersistentVolumeClaims) Bind(item);
        else if (key.Kind == BuiltInKinds.Pods) Attach(item);
        else Detach(item);
    }

    private static IEnumerable<string> Claims(StoredObject pod) =>
        pod.As<Pod>().Spec.Volumes?.Where(volume => volume.PersistentVolumeClaim is not null).Select(volume => volume.PersistentVolumeClaim!.ClaimName) ?? [];

    private string? VolumeOf(string ns, string claim) =>
        Store.Get(BuiltInKinds.PersistentVolumeClaims, ns, claim)?.As<PersistentVolumeClaim>().Spec.VolumeName is { Length: > 0 } name ? name : null;

    private void Bind(StoredObject claim)
    {
        if (claim.IsDeleting || !string.IsNullOrEmpty(claim.As<PersistentVolumeClaim>().Spec.VolumeName)) return;
        JsonObject spec = claim.ToJson()["spec"]!.AsObject();
        string name = "pvc-" + claim.Uid;
        JsonNode? size = spec.Object("resources").Object("requests")?["storage"];
        if (Store.Get(BuiltInKinds.PersistentVolumes, "", name) is null)
        {
            Registry.Create(BuiltInKinds.PersistentVolumes, "", new()
            {
                ["metadata"] = new JsonObject { ["name"] = name },
                ["spec"] = new JsonObject
                {
                    ["capacity"] = new JsonObject { ["storage"] = size?.DeepClone() ?? "1Gi" }, ["accessModes"] = spec["accessModes"]?.DeepClone(),
                    ["claimRef"] = new JsonObject { ["kind"] = "PersistentVolumeClaim", ["apiVersion"] = "v1", ["namespace"] = claim.Namespace, ["name"] = claim.Name, ["uid"] = claim.Uid },
                    ["csi"] = new JsonObject { ["driver"] = Driver, ["volumeHandle"] = $"vol-{StableHash.Of(name):x8}" },
                    ["persistentVolumeReclaimPolicy"] = "Delete", ["storageClassName"] = spec["storageClassName"]?.DeepClone(), ["volumeMode"] = "Filesystem",
                },
            });
            Registry.UpdateStatus(BuiltInKinds.PersistentVolumes, "", name, document =>
            {
                document.Ensure("status")["phase"] = "Bound";
                return document;
            });
        }
        Registry.Update(claim.Kind, claim.Namespace, claim.Name, document =>
        {
            document.Ensure("spec")["volumeName"] = name;
            return document;
        });
        Registry.UpdateStatus(claim.Kind, claim.Namespace, claim.Name, document =>
        {
            document["status"] = new JsonObject
            {
                ["phase"] = "Bound", ["accessModes"] = spec["accessModes"]?.DeepClone(), ["capacity"] = new JsonObject { ["storage"] = size?.DeepClone() ?? "1Gi" },
            };
            return document;
        });
    }

    private void Attach(StoredObject pod)
    {
        string node = pod.Field("spec.nodeName");
        foreach (string claim in Claims(pod))
        {
            if (VolumeOf(pod.Namespace, claim) is not { } volume || Store.Get(BuiltInKinds.VolumeAttachments, "", AttachmentName(volume, node)) is not null) continue;
            StoredObject made = Registry.Create(BuiltInKinds.VolumeAttachments, "", new()
            {
                ["metadata"] = new JsonObject { ["name"] = AttachmentName(volume, node) },
                ["spec"] = new JsonObject { ["attacher"] = Driver, ["nodeName"] = node, ["source"] = new JsonObject { ["persistentVolumeName"] = volume } },
            });
            Registry.UpdateStatus(made.Kind, "", made.Name, document =>
            {
                document["status"] = new JsonObject { ["attached"] = true };
                return document;
            });
        }
    }

    private void Detach(StoredObject attachment)
    {
        VolumeAttachmentSpec spec = attachment.As<VolumeAttachment>().Spec;
        bool isUsed = Store.ListBy(BuiltInKinds.Pods, "spec.nodeName", spec.NodeName)
            .Any(pod => Claims(pod).Any(claim => VolumeOf(pod.Namespace, claim) == spec.Source.PersistentVolumeName));
        if (!isUsed) Registry.Delete(attachment.Kind, "", attachment.Name, new() { Uid = attachment.Uid });
    }
}
