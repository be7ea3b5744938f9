using NodeManager.Sandbox.Model.Kinds.Errors;

namespace NodeManager.Sandbox.Api.Registry;

internal sealed partial class ResourceRegistry
{
    public StoredObject Bind(string ns, string name, string node, string? uid = null, bool isDryRun = false) =>
        Write(
            BuiltInKinds.Pods,
            ns,
            name,
            (pod, current) => (Bind(pod, name, node, uid), current.Owners),
            isDryRun,
            WriteScope.Binding,
            null
        );

    private JsonObject Bind(JsonObject pod, string name, string node, string? uid)
    {
        JsonObject metadata = pod["metadata"]!.AsObject(),
            spec = pod.Ensure("spec");
        if (metadata["deletionTimestamp"] is not null)
            throw StatusErrors.Conflict(BindingKind, name, $"pod {name} is being deleted, cannot be assigned to a host");
        if (!string.IsNullOrEmpty(spec.Text("nodeName")))
            throw StatusErrors.Conflict(BindingKind, name, $"pod {name} is already assigned to node \"{spec.Text("nodeName")}\"");
        if (!string.IsNullOrEmpty(uid))
            metadata["uid"] = uid;
        spec["nodeName"] = node;
        PodTopology.Label(pod, store, minor);
        pod.Ensure("status").SetPodCondition("PodScheduled", "True", Now, observed: Conditions.ObservedGeneration(pod, minor));
        return pod;
    }

    private static ResourceKind BindingKind { get; } =
        new()
        {
            Group = "",
            Versions = [],
            Kind = "Binding",
            Plural = "pods/binding",
        };
}
