using System.Text.Json.Nodes;
using NodeManager.Sandbox.Store;

namespace NodeManager.Sandbox.Kinds.Rules;

/// <summary>What the API checks of EvictionRequests. Source: the Kubernetes API reference, 1.37.</summary>
internal static class EvictionRules
{
    public static KindRules Requests { get; } = new()
    {
        Validate = static (request, _, errors) =>
        {
            JsonObject? spec = request.Object("spec");
            JsonObject? pod = spec.Object("target").Object("pod");
            Require(errors, "spec.target.pod.name", pod.Text("name"));
            Require(errors, "spec.target.pod.uid", pod.Text("uid"));
            Require(errors, "spec.requester", spec.Text("requester"));
            if (spec.Text("intent") is not ("Eviction" or "Withdrawn"))
                errors.NotSupported("spec.intent", spec.Text("intent") ?? "", ["Eviction", "Withdrawn"]);
        },
        ValidateUpdate = static (changed, old, errors) =>
        {
            foreach (string field in (string[])["target", "requester"])
                if (!JsonNode.DeepEquals(changed.Object("spec")?[field], old.Object("spec")?[field]))
                    errors.Invalid($"spec.{field}", "", "field is immutable");
        },
    };

    private static void Require(FieldErrors errors, string field, string? value)
    {
        if (string.IsNullOrEmpty(value)) errors.Required(field);
    }
}
