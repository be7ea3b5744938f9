using System.Text.Json.Nodes;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Controllers.Jobs;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Kinds.Custom;
using NodeManager.Sandbox.Model.Resources;

namespace NodeManager.Sandbox.Copying;

/// <summary>
/// Finalizers are promises of controllers, and those of the source (a driver's attacher, an operator) are not in the copy: nothing that has
/// one could ever be deleted there. So only those are copied that something takes away again. What waits for its end in the source continues
/// waiting; but for attachments of volumes, which are the sandbox's to end.
/// </summary>
internal static class CopiedFinalizers
{
    private static readonly HashSet<string> Kept =
    [
        ResourceRegistry.OrphanFinalizer,
        ResourceRegistry.ForegroundFinalizer,
        JobPods.Finalizer,
        DefinitionRules.Finalizer,
    ];

    public static void Drop(ResourceKind kind, JsonObject metadata)
    {
        if (metadata["deletionTimestamp"] is null || kind == BuiltInKinds.VolumeAttachments)
            Finalizers.Keep(metadata, one => one == kind.Protection || Kept.Contains(one));
    }
}
