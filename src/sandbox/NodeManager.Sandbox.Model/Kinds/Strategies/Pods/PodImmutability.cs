namespace NodeManager.Sandbox.Model.Kinds.Strategies.Pods;

/// <summary>Mutable fields of a pod's specification: images, deadlines, added tolerations, removed scheduling gates.</summary>
internal static class PodImmutability
{
    private static readonly string[] Changeable =
    [
        "activeDeadlineSeconds",
        "terminationGracePeriodSeconds",
        "schedulingGates",
        "tolerations",
    ];

    public static void Validate(JsonObject pod, JsonObject old, FieldErrors errors)
    {
        if (JsonNode.DeepEquals(pod["spec"], old["spec"]))
            return;
        if (JsonNode.DeepEquals(Fixed(pod), Fixed(old)) && KeepsTolerations(pod, old))
            return;
        errors.Forbidden(
            "spec",
            "pod updates may not change fields other than `spec.containers[*].image`, `spec.initContainers[*].image`, `spec.activeDeadlineSeconds` "
                + "or `spec.tolerations` (only additions to existing tolerations)"
        );
    }

    private static JsonObject Fixed(JsonObject pod)
    {
        JsonObject spec = pod["spec"]!.DeepClone().AsObject();
        foreach (string member in Changeable)
            spec.Remove(member);
        foreach (string list in (ReadOnlySpan<string>)["containers", "initContainers"])
        {
            foreach (JsonObject container in spec.Objects(list))
            {
                container.Remove("image");
                container.Remove("resources");
            }
        }

        return spec;
    }

    private static bool KeepsTolerations(JsonObject pod, JsonObject old)
    {
        JsonArray now = pod.Object("spec").Array("tolerations") ?? [];
        return (old.Object("spec").Array("tolerations") ?? []).All(one => now.Any(other => JsonNode.DeepEquals(one, other)));
    }
}
