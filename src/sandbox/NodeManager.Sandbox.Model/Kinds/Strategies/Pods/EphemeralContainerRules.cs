using System.Globalization;
using NodeManager.Kubernetes.Validation;

namespace NodeManager.Sandbox.Model.Kinds.Strategies.Pods;

/// <summary>Ephemeral containers: added to a pod through their subresource, and never changed or removed.</summary>
internal static class EphemeralContainerRules
{
    public const string Subresource = "ephemeralcontainers";
    private const string Member = "ephemeralContainers";

    // On by default from this version on.
    public const int From = 23;

    private static readonly string[] Unsupported = ["ports", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle"];

    /// <summary>Keeps a changed pod as it was, except for its ephemeral containers.</summary>
    public static void Keep(JsonObject old, JsonObject changed)
    {
        JsonNode? containers = changed.Object("spec").Array(Member)?.DeepClone();
        foreach (string member in (ReadOnlySpan<string>)["spec", "status"])
            changed.CopyMember(old, member);
        JsonObject spec = changed.Ensure("spec");
        if (containers is null)
            spec.Remove(Member);
        else
            spec[Member] = containers;
        foreach (JsonObject container in spec.Objects(Member))
            PodRules.DefaultContainer(container);
        JsonObject metadata = changed.Ensure("metadata");
        foreach (string member in (ReadOnlySpan<string>)["labels", "annotations", "finalizers", "ownerReferences"])
            metadata.CopyMember(old["metadata"]!.AsObject(), member);
    }

    public static void Validate(JsonObject pod, JsonObject? old, FieldErrors errors)
    {
        JsonArray containers = pod.Object("spec").Array(Member) ?? [];
        if (old is null)
        {
            if (containers.Count > 0)
                errors.Forbidden("spec." + Member, "cannot be set on create");
            return;
        }

        JsonArray before = old.Object("spec").Array(Member) ?? [];
        if (JsonNode.DeepEquals(before, containers))
            return;
        foreach (JsonObject one in before.OfType<JsonObject>())
            if (!containers.Any(other => JsonNode.DeepEquals(one, other)))
                errors.Forbidden("spec." + Member, $"existing ephemeral containers \"{one.Text("name")}\" may not be changed or removed\n");
        HashSet<string> names =
        [
            .. pod.Object("spec").Objects("containers").Concat(pod.Object("spec").Objects("initContainers")).Select(NameOf),
        ];
        for (int i = 0; i < containers.Count; i++)
        {
            if (containers[i] is not JsonObject container)
                continue;
            string path = string.Create(CultureInfo.InvariantCulture, $"spec.{Member}[{i}]"),
                name = NameOf(container);
            if (name.Length == 0)
                errors.Required(path + ".name");
            else
                errors.Check(path + ".name", name, NameRules.Label);
            if (!names.Add(name) && name.Length > 0)
                errors.Duplicate(path + ".name", name);
            if (string.IsNullOrEmpty(container.Text("image")))
                errors.Required(path + ".image");
            if (
                container.Text("targetContainerName") is { Length: > 0 } target
                && !pod.Object("spec").Objects("containers").Any(one => NameOf(one) == target)
            )
                errors.Add("FieldValueNotFound", path + ".targetContainerName", $"Not found: \"{target}\"");
            foreach (string member in Unsupported.Where(member => container[member] is not null))
                errors.Forbidden($"{path}.{member}", "cannot be set for an Ephemeral Container");
        }
    }

    private static string NameOf(JsonObject container) => container.Text("name") ?? "";
}
