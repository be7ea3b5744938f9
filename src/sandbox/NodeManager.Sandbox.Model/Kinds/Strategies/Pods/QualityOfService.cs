namespace NodeManager.Sandbox.Model.Kinds.Strategies.Pods;

/// <summary>The QoS class of a pod: Guaranteed, Burstable or BestEffort.</summary>
internal static class QualityOfService
{
    public static string Of(JsonObject pod)
    {
        JsonObject? spec = pod.Object("spec");
        bool any = false,
            guaranteed = true;
        foreach (JsonNode? node in (spec.Array("containers") ?? []).Concat(spec.Array("initContainers") ?? []))
        {
            JsonObject? resources = (node as JsonObject).Object("resources");
            JsonObject? requests = resources.Object("requests"),
                limits = resources.Object("limits");
            foreach (string name in (ReadOnlySpan<string>)["cpu", "memory"])
            {
                string? request = Show(requests?[name]),
                    limit = Show(limits?[name]);
                any |= request is not null || limit is not null;
                guaranteed &= limit is not null && (request ?? limit) == limit;
            }
        }

        return !any ? "BestEffort"
            : guaranteed ? "Guaranteed"
            : "Burstable";
    }

    private static string? Show(JsonNode? amount) => amount?.ToString();
}
