using System.Text.Json.Nodes;
using NodeManager.Sandbox.Kinds;
using NodeManager.Sandbox.Store;

namespace NodeManager.Sandbox.Api;

/// <summary>Gives a new pod the number that its priority class stands for.</summary>
internal static class PodPriority
{
    /// <exception cref="ApiException">403: there is no such class.</exception>
    public static void Resolve(JsonObject pod, ObjectStore store)
    {
        JsonObject spec = pod["spec"]!.AsObject();
        string name = spec.Text("priorityClassName") ?? "";
        if (name.Length == 0)
        {
            spec.Default("priority", 0);
            spec.Default("preemptionPolicy", "PreemptLowerPriority");
            return;
        }

        JsonObject? priority = store.Get(BuiltInKinds.PriorityClasses, "", name)?.ToJson();
        if (priority is null)
            throw ApiErrors.Forbidden(BuiltInKinds.Pods, pod["metadata"]!.AsObject().Text("name")!, $"no PriorityClass with name {name} was found");
        spec["priority"] = priority.Number("value") ?? 0;
        spec["preemptionPolicy"] = priority.Text("preemptionPolicy") ?? "PreemptLowerPriority";
    }
}
