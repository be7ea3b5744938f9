using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Scheduling;

namespace NodeManager.Sandbox.Controllers.Volumes;

/// <summary>Binds claims to a matching volume, or provisions one, unless their class has no provisioner.</summary>
internal sealed class ClaimBinder(ResourceRegistry registry)
{
    private const string ByController = "pv.kubernetes.io/bound-by-controller";
    private const string Zone = "topology.kubernetes.io/zone";

    public static bool IsOpen(StoredObject claim) => !claim.IsDeleting && claim.ToJson().Object("status").Text("phase") != "Bound";

    /// <summary>The claim's class has WaitForFirstConsumer.</summary>
    public bool WaitsForPod(StoredObject claim) =>
        string.IsNullOrEmpty(claim.As<PersistentVolumeClaim>().Spec.VolumeName)
        && ClassOf(claim.As<PersistentVolumeClaim>())?.Waits() == true;

    /// <param name="claim">As stored; a bound one is unchanged.</param>
    /// <param name="node">The node that must reach the volume; null for any.</param>
    public void Fill(StoredObject claim, Node? node)
    {
        if (!IsOpen(claim))
            return;
        PersistentVolumeClaim wanted = claim.As<PersistentVolumeClaim>();
        string? name = wanted.Spec.VolumeName is { Length: > 0 } stated
            ? stated
            : VolumeBinding.Choose(wanted, Volumes(), node)?.Metadata.Name;
        if (name is null && ClassOf(wanted) is not { Provisioner: VolumeBinding.NoProvisioner })
            name = Provision(claim, node);
        if (name is null || registry.Store.Get(BuiltInKinds.PersistentVolumes, "", name) is null)
            return;
        Join(claim, name);
    }

    /// <summary>Updates the phase of a volume, and releases it after its claim was deleted.</summary>
    public void UpdatePhase(StoredObject volume)
    {
        PersistentVolumeSpec spec = volume.As<PersistentVolume>().Spec;
        string phase = "Available";
        if (spec.ClaimRef is { Uid.Length: > 0 } taken)
        {
            bool isThere =
                registry.Store.Get(BuiltInKinds.PersistentVolumeClaims, taken.Namespace ?? "", taken.Name ?? "")?.Uid == taken.Uid;
            if (!isThere && volume.ToJson().Object("spec").Text("persistentVolumeReclaimPolicy") == "Delete")
            {
                SetPhase(volume.Kind, "", volume.Name, "Released");
                registry.Delete(volume.Kind, "", volume.Name, new() { Uid = volume.Uid });
                return;
            }

            phase = isThere ? "Bound" : "Released";
        }

        SetPhase(volume.Kind, "", volume.Name, phase);
    }

    private StorageClass? ClassOf(PersistentVolumeClaim claim) =>
        registry.Store.Get(BuiltInKinds.StorageClasses, "", claim.Spec.StorageClassName ?? "")?.As<StorageClass>();

    private IEnumerable<PersistentVolume> Volumes() =>
        registry
            .Store.List(BuiltInKinds.PersistentVolumes)
            .Objects.Walk()
            .Where(static volume => !volume.IsDeleting)
            .Select(static volume => volume.As<PersistentVolume>());

    private string Provision(StoredObject claim, Node? node)
    {
        string name = "pvc-" + claim.Uid;
        if (registry.Store.Get(BuiltInKinds.PersistentVolumes, "", name) is not null)
            return name;
        JsonObject requested = claim.ToJson()["spec"]!.AsObject();
        var spec = new JsonObject
        {
            ["capacity"] = new JsonObject { ["storage"] = Size(requested) },
            ["accessModes"] = requested["accessModes"]?.DeepClone(),
            ["claimRef"] = Reference(claim),
            ["csi"] = new JsonObject { ["driver"] = VolumeController.Driver, ["volumeHandle"] = $"vol-{StableHash.Of(name):x8}" },
            ["persistentVolumeReclaimPolicy"] = "Delete",
            ["storageClassName"] = requested["storageClassName"]?.DeepClone(),
            ["volumeMode"] = "Filesystem",
        };
        if (node?.Metadata.Labels?.GetValueOrDefault(Zone) is { } zone)
        {
            var here = new JsonObject
            {
                ["key"] = Zone,
                ["operator"] = "In",
                ["values"] = new JsonArray(zone),
            };
            var terms = new JsonArray(new JsonObject { ["matchExpressions"] = new JsonArray(here) });
            spec["nodeAffinity"] = new JsonObject { ["required"] = new JsonObject { ["nodeSelectorTerms"] = terms } };
        }

        registry.Create(
            BuiltInKinds.PersistentVolumes,
            "",
            new()
            {
                ["metadata"] = new JsonObject { ["name"] = name },
                ["spec"] = spec,
            }
        );
        return name;
    }

    private void Join(StoredObject claim, string volume)
    {
        JsonObject spec = claim.ToJson()["spec"]!.AsObject();
        bool isChosen = string.IsNullOrEmpty(spec.Text("volumeName"));
        registry.Update(
            BuiltInKinds.PersistentVolumes,
            "",
            volume,
            document =>
            {
                document.Ensure("spec")["claimRef"] = Reference(claim);
                if (isChosen)
                    Annotate(document, ByController);
            }
        );
        SetPhase(BuiltInKinds.PersistentVolumes, "", volume, "Bound");
        registry.Update(
            claim,
            document =>
            {
                document.Ensure("spec")["volumeName"] = volume;
                Annotate(document, "pv.kubernetes.io/bind-completed");
                if (isChosen)
                    Annotate(document, ByController);
            }
        );
        registry.UpdateStatus(
            claim,
            document =>
                document["status"] = new JsonObject
                {
                    ["phase"] = "Bound",
                    ["accessModes"] = spec["accessModes"]?.DeepClone(),
                    ["capacity"] = new JsonObject { ["storage"] = Size(spec) },
                }
        );
    }

    private static void Annotate(JsonObject document, string key) => document.Ensure("metadata").Ensure("annotations")[key] = "yes";

    private void SetPhase(ResourceKind kind, string ns, string name, string phase) =>
        registry.UpdateStatus(kind, ns, name, document => document.Ensure("status")["phase"] = phase);

    private static JsonNode Size(JsonObject claimSpec) =>
        claimSpec.Object("resources").Object("requests")?["storage"]?.DeepClone() ?? "1Gi";

    private static JsonObject Reference(StoredObject claim) =>
        new()
        {
            ["kind"] = "PersistentVolumeClaim",
            ["apiVersion"] = "v1",
            ["namespace"] = claim.Namespace,
            ["name"] = claim.Name,
            ["uid"] = claim.Uid,
        };
}
