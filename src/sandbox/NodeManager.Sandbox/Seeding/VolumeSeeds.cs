using NodeManager.Sandbox.Controllers.Volumes;

namespace NodeManager.Sandbox.Seeding;

/// <summary>Creates bound claims with their volumes and attachments.</summary>
internal sealed class VolumeSeeds(SeedWriter writer, int seed)
{
    public const string StorageClass = "gp3";

    public void Add(Workload workload, JsonObject labels, JsonObject template, string claim, SeedNode node, TimeSpan age)
    {
        string volume =
            $"pvc-{Guid.Parse($"{StableHash.Of(claim, seed):x8}{StableHash.Of(claim, seed + 1):x8}{StableHash.Of(claim, seed + 2):x8}{StableHash.Of(claim, seed + 3):x8}")}";
        JsonObject spec = template["spec"]!.DeepClone().AsObject();
        spec["volumeName"] = volume;
        spec["volumeMode"] = "Filesystem";
        JsonObject capacity = new() { ["storage"] = workload.VolumeSize };
        StoredObject stored = writer.Add(
            BuiltInKinds.PersistentVolumeClaims,
            workload.Namespace,
            new()
            {
                ["metadata"] = new JsonObject { ["name"] = claim, ["labels"] = labels },
                ["spec"] = spec,
                ["status"] = new JsonObject
                {
                    ["phase"] = "Bound",
                    ["accessModes"] = new JsonArray("ReadWriteOnce"),
                    ["capacity"] = capacity,
                },
            },
            age
        );
        AddPersistentVolume(volume, stored, capacity, node.Zone, age);
        writer.Add(
            BuiltInKinds.VolumeAttachments,
            "",
            new()
            {
                ["metadata"] = new JsonObject { ["name"] = VolumeController.AttachmentName(volume, node.Stored.Name) },
                ["spec"] = new JsonObject
                {
                    ["attacher"] = VolumeController.Driver,
                    ["nodeName"] = node.Stored.Name,
                    ["source"] = new JsonObject { ["persistentVolumeName"] = volume },
                },
                ["status"] = new JsonObject { ["attached"] = true },
            },
            age * 0.5
        );
    }

    private void AddPersistentVolume(string volume, StoredObject claim, JsonObject capacity, string zone, TimeSpan age)
    {
        JsonObject expression = new()
        {
            ["key"] = "topology.kubernetes.io/zone",
            ["operator"] = "In",
            ["values"] = new JsonArray(zone),
        };
        writer.Add(
            BuiltInKinds.PersistentVolumes,
            "",
            new()
            {
                ["metadata"] = new JsonObject { ["name"] = volume },
                ["spec"] = new JsonObject
                {
                    ["capacity"] = capacity.DeepClone(),
                    ["accessModes"] = new JsonArray("ReadWriteOnce"),
                    ["persistentVolumeReclaimPolicy"] = "Delete",
                    ["storageClassName"] = StorageClass,
                    ["volumeMode"] = "Filesystem",
                    ["csi"] = new JsonObject
                    {
                        ["driver"] = VolumeController.Driver,
                        ["volumeHandle"] = $"vol-0{StableHash.Of(volume):x8}",
                    },
                    ["claimRef"] = new JsonObject
                    {
                        ["apiVersion"] = "v1",
                        ["kind"] = "PersistentVolumeClaim",
                        ["namespace"] = claim.Namespace,
                        ["name"] = claim.Name,
                        ["uid"] = claim.Uid,
                    },
                    ["nodeAffinity"] = new JsonObject
                    {
                        ["required"] = new JsonObject
                        {
                            ["nodeSelectorTerms"] = new JsonArray(new JsonObject { ["matchExpressions"] = new JsonArray(expression) }),
                        },
                    },
                },
                ["status"] = new JsonObject { ["phase"] = "Bound" },
            },
            age
        );
    }
}
