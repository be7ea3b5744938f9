using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Controllers.Jobs;
using NodeManager.Sandbox.Model.Kinds.Custom;

namespace NodeManager.Sandbox.Copying;

/// <summary>
/// Selects finalizers to copy. Controllers of the source (a CSI attacher, an operator) do not run in the copy, so objects with their
/// finalizers could never be deleted. Only finalizers that the sandbox removes are copied. Terminating objects keep terminating, except
/// volume attachments, which the sandbox manages.
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
            Finalizers.RemoveExcept(metadata, one => one == kind.Protection || Kept.Contains(one));
    }
}
