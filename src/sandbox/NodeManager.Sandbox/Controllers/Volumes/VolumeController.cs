using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Controllers.Runtime;

namespace NodeManager.Sandbox.Controllers.Volumes;

/// <summary>
/// Binds claims immediately unless their class waits for a pod; attaches volumes to nodes of pods, and detaches them shortly after the last
/// pod.
/// </summary>
internal sealed class VolumeController(ControllerContext context) : Controller(context)
{
    public const string Driver = "ebs.csi.aws.com";

    private readonly ClaimBinder _claims = new(context.Registry);

    public override IReadOnlyList<ResourceKind> Kinds { get; } =
    [
        BuiltInKinds.PersistentVolumeClaims,
        BuiltInKinds.Pods,
        BuiltInKinds.VolumeAttachments,
        BuiltInKinds.PersistentVolumes,
        BuiltInKinds.StorageClasses,
    ];

    public static string AttachmentName(string volume, string node) =>
        $"csi-{StableHash.Of(volume + Driver + node):x8}{StableHash.Of(node + volume, 3):x8}";

    public override void Observe(Change change)
    {
        StoredObject item = change.Object;
        if (item.Kind != BuiltInKinds.Pods)
        {
            if (item.Kind == BuiltInKinds.PersistentVolumeClaims)
                ObserveClaim(change);
            else if (item.Kind == BuiltInKinds.PersistentVolumes && change.Type != ChangeType.Deleted)
                Enqueue(item);

            // A new volume or class may satisfy a claim.
            if (change.Type == ChangeType.Added && item.Kind != BuiltInKinds.PersistentVolumeClaims)
                foreach (StoredObject claim in Store.List(BuiltInKinds.PersistentVolumeClaims).Objects.Walk().Where(ClaimBinder.IsOpen))
                    Enqueue(claim);
            return;
        }
        if (item.Field("spec.nodeName").Length == 0 || !item.Claims().Any())
            return;
        if (change.Type != ChangeType.Deleted)
        {
            if (change.Previous is null || change.Previous.Field("spec.nodeName").Length == 0)
                Enqueue(item);
            return;
        }
        foreach (string claim in item.Claims())
            if (VolumeOf(item.Namespace, claim) is { } volume)
                Detach(volume, item.Field("spec.nodeName"));
            else
                DetachAll(item.Field("spec.nodeName"));
    }

    public override void Begin(StoredObject item)
    {
        // A deleted attachment may outlive its pod.
        if (item.Kind == BuiltInKinds.PersistentVolumeClaims || (item.Kind == BuiltInKinds.VolumeAttachments && item.IsDeleting))
            Enqueue(item);
    }

    protected override void Reconcile(ObjectKey key)
    {
        if (Get(key) is not { } item)
            return;
        if (key.Kind == BuiltInKinds.PersistentVolumeClaims)
        {
            if (!_claims.WaitsForPod(item))
                _claims.Fill(item, null);
        }
        else if (key.Kind == BuiltInKinds.PersistentVolumes)
            _claims.UpdatePhase(item);
        else if (key.Kind == BuiltInKinds.Pods)
            Attach(item);
        else
            Detach(item);
    }

    private void ObserveClaim(Change change)
    {
        StoredObject claim = change.Object;
        if (change.Type != ChangeType.Deleted)
            Enqueue(claim);
        else if (claim.As<PersistentVolumeClaim>().Spec.VolumeName is { Length: > 0 } volume)
            Enqueue(new ObjectKey(BuiltInKinds.PersistentVolumes, "", volume));
    }

    private string? VolumeOf(string ns, string claim) =>
        Store.Get(BuiltInKinds.PersistentVolumeClaims, ns, claim)?.As<PersistentVolumeClaim>().Spec.VolumeName is { Length: > 0 } name
            ? name
            : null;

    private void Attach(StoredObject pod)
    {
        string node = pod.Field("spec.nodeName");
        foreach (string claim in pod.Claims())
        {
            if (
                VolumeOf(pod.Namespace, claim) is not { } volume
                || Store.Get(BuiltInKinds.VolumeAttachments, "", AttachmentName(volume, node)) is not null
            )
                continue;
            StoredObject created = Registry.Create(
                BuiltInKinds.VolumeAttachments,
                "",
                new()
                {
                    ["metadata"] = new JsonObject { ["name"] = AttachmentName(volume, node) },
                    ["spec"] = new JsonObject
                    {
                        ["attacher"] = Driver,
                        ["nodeName"] = node,
                        ["source"] = new JsonObject { ["persistentVolumeName"] = volume },
                    },
                }
            );
            Registry.UpdateStatus(created, document => document["status"] = new JsonObject { ["attached"] = true });
        }
    }

    private void Detach(string volume, string node) =>
        EnqueueAfter(
            new(BuiltInKinds.VolumeAttachments, "", AttachmentName(volume, node)),
            TimeSpan.FromSeconds(0.1 + (0.2 * Context.Share(volume)))
        );

    // A claim deleted with its pod no longer names its volume.
    private void DetachAll(string node)
    {
        foreach (StoredObject attachment in Store.List(BuiltInKinds.VolumeAttachments).Objects.Walk())
            if (attachment.As<VolumeAttachment>().Spec is var spec && spec.NodeName == node)
                Detach(spec.Source.PersistentVolumeName ?? "", node);
    }

    private void Detach(StoredObject attachment)
    {
        VolumeAttachmentSpec spec = attachment.As<VolumeAttachment>().Spec;
        bool isUsed = Store
            .ListBy(BuiltInKinds.Pods, "spec.nodeName", spec.NodeName)
            .Any(pod => pod.Claims().Any(claim => VolumeOf(pod.Namespace, claim) == spec.Source.PersistentVolumeName));
        if (!isUsed)
            Registry.Delete(attachment.Kind, "", attachment.Name, new() { Uid = attachment.Uid });
    }
}
