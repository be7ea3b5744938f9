using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Controllers.Runtime;
using NodeManager.Sandbox.Controllers.Workloads;

namespace NodeManager.Sandbox.Controllers.StatefulSets;

/// <summary>
/// The claims of a StatefulSet's pods: created before the pod and kept after it, unless <c>persistentVolumeClaimRetentionPolicy</c> deletes
/// them with the set or on scale-down. Then the set or pod owns them, and the garbage collector deletes them.
/// </summary>
internal sealed class StatefulClaims(ControllerContext context)
{
    /// <summary>Creates missing claims and mounts all of them.</summary>
    /// <param name="podSpec">Modified.</param>
    /// <param name="created">Receives each new claim.</param>
    public void Mount(StoredObject set, JsonObject spec, string pod, JsonObject podSpec, Action<string> created)
    {
        JsonObject[] templates = Templates(spec);
        if (templates.Length == 0)
            return;
        List<JsonNode?> volumes = [];
        foreach (JsonObject template in templates)
        {
            string volume = VolumeOf(template),
                claim = $"{volume}-{pod}";
            volumes.Add(
                new JsonObject
                {
                    ["name"] = volume,
                    ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = claim },
                }
            );
            if (Get(set, claim) is not null)
                continue;
            JsonObject metadata = template.Object("metadata")!.DeepClone().AsObject(),
                labels = metadata.Ensure("labels");
            metadata["name"] = claim;
            metadata.Remove("creationTimestamp");
            foreach ((string key, JsonNode? value) in spec.Object("selector").Object("matchLabels") ?? [])
                labels[key] = value?.DeepClone();
            context.Registry.Create(
                BuiltInKinds.PersistentVolumeClaims,
                set.Namespace,
                new() { ["metadata"] = metadata, ["spec"] = template["spec"]!.DeepClone() }
            );
            created(claim);
        }

        // A template volume of the same name is replaced.
        HashSet<string> claimed = [.. templates.Select(VolumeOf)];
        volumes.AddRange(
            podSpec.Objects("volumes").Where(one => !claimed.Contains(one.Text("name") ?? "")).Select(static one => one.DeepClone())
        );
        podSpec["volumes"] = new JsonArray([.. volumes]);
    }

    /// <summary>True where a claim of this name is about to be deleted.</summary>
    public bool IsStale(StoredObject set, JsonObject spec, string pod) =>
        Templates(spec)
            .Any(template =>
                Get(set, $"{VolumeOf(template)}-{pod}") is { } claim
                && (claim.IsDeleting || claim.Owners().Exists(owner => owner.Kind == "Pod" && owner.Name == pod))
            );

    /// <param name="isWanted">False on scale-down.</param>
    public void Own(StoredObject set, JsonObject spec, StoredObject pod, bool isWanted)
    {
        if (spec.Object("persistentVolumeClaimRetentionPolicy") is not { } policy)
            return;
        bool goesWithPod = !isWanted && policy.Text("whenScaled") == "Delete";
        bool goesWithSet = !goesWithPod && policy.Text("whenDeleted") == "Delete";
        foreach (JsonObject template in Templates(spec))
        {
            if (
                Get(set, $"{VolumeOf(template)}-{pod.Name}") is not { } claim
                || !NeedsChange(claim.Owners(), set, pod, goesWithSet, goesWithPod)
            )
                continue;
            context.Registry.Update(
                claim,
                document =>
                {
                    JsonObject metadata = document["metadata"]!.AsObject();
                    JsonArray owners =
                    [
                        .. metadata
                            .Objects("ownerReferences")
                            .Where(owner => owner.Text("uid") != set.Uid && owner.Text("uid") != pod.Uid)
                            .Select(static owner => owner.DeepClone()),
                    ];
                    if (goesWithSet)
                        owners.Add(PodTemplates.Reference(set));
                    if (goesWithPod)
                        owners.Add(PodTemplates.Reference(pod));
                    if (owners.Count == 0)
                        metadata.Remove("ownerReferences");
                    else
                        metadata["ownerReferences"] = owners;
                }
            );
        }
    }

    // Claims of an earlier set or pod, or of another controller, are unchanged.
    private static bool NeedsChange(List<OwnerReference> owners, StoredObject set, StoredObject pod, bool goesWithSet, bool goesWithPod)
    {
        bool isOthers = owners.Exists(owner =>
            owner.Uid != set.Uid
            && owner.Uid != pod.Uid
            && (
                owner.Controller == true
                || (owner.Kind, owner.Name) == ("StatefulSet", set.Name)
                || (owner.Kind, owner.Name) == ("Pod", pod.Name)
            )
        );
        if (isOthers)
            return false;
        return owners.Exists(owner => owner.Uid == set.Uid && owner.Controller == true) != goesWithSet
            || owners.Exists(owner => owner.Uid == pod.Uid && owner.Controller == true) != goesWithPod;
    }

    private static JsonObject[] Templates(JsonObject spec) => [.. spec.Objects("volumeClaimTemplates")];

    private static string VolumeOf(JsonObject template) => template.Object("metadata").Text("name") ?? "";

    private StoredObject? Get(StoredObject set, string claim) =>
        context.Store.Get(BuiltInKinds.PersistentVolumeClaims, set.Namespace, claim);
}
