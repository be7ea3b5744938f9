using System.Text.Json.Nodes;
using NodeManager.Sandbox.Store;

namespace NodeManager.Sandbox.Kinds.Rules;

internal static class VolumeRules
{
    public static KindRules Claims { get; } = new()
    {
        PrepareCreate = static claim => claim["status"] = new JsonObject { ["phase"] = "Pending" },
        Default = static claim => claim.Ensure("spec").Default("volumeMode", "Filesystem"),
    };

    public static KindRules Volumes { get; } = new()
    {
        PrepareCreate = static volume => volume["status"] = new JsonObject { ["phase"] = "Pending" },
        Default = static volume =>
        {
            JsonObject spec = volume.Ensure("spec");
            spec.Default("persistentVolumeReclaimPolicy", "Retain");
            spec.Default("volumeMode", "Filesystem");
            spec.Object("hostPath")?.Default("type", "");
        },
    };

    public static KindRules Attachments { get; } = new()
    {
        PrepareCreate = static attachment => attachment["status"] = new JsonObject { ["attached"] = false },
    };
}
