using NodeManager.Kubernetes.Validation;

namespace NodeManager.Sandbox.Model.Kinds.Strategies;

internal static class NamespaceRules
{
    private const string NameLabel = "kubernetes.io/metadata.name";

    public static KindRules Rules { get; } =
        new()
        {
            CheckName = NameRules.Label,
            RefuseDelete = static name => name is "default" or "kube-system" or "kube-public" ? "this namespace may not be deleted" : null,
            PrepareCreate = static ns =>
            {
                ns.Ensure("spec")["finalizers"] = new JsonArray("kubernetes");
                ns["status"] = new JsonObject { ["phase"] = "Active" };
            },
            PrepareDelete = static (ns, _) =>
            {
                if (HasFinalizers(ns))
                    ns.Ensure("status")["phase"] = "Terminating";
            },
            HoldsBack = HasFinalizers,
            Keep = KeepFinalizers,
        };

    private static bool HasFinalizers(JsonObject ns) => ns.Object("spec").Array("finalizers") is { Count: > 0 };

    // Its finalizers, and the label with its name.
    private static void KeepFinalizers(JsonObject old, JsonObject changed)
    {
        if (old.Object("spec")?["finalizers"] is { } finalizers)
            changed.Ensure("spec")["finalizers"] = finalizers.DeepClone();
        else
            changed.Object("spec")?.Remove("finalizers");
        if (old.Object("metadata").Object("labels").Text(NameLabel) is { } name)
            changed.Ensure("metadata").Ensure("labels")[NameLabel] = name;
    }
}
