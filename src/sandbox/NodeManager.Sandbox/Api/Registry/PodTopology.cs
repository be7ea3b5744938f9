namespace NodeManager.Sandbox.Api.Registry;

/// <summary>From 1.35 on, a pod gets zone and region of its node as labels, which override its own.</summary>
internal static class PodTopology
{
    private const int From = 35;
    private static readonly string[] Labels = ["topology.kubernetes.io/region", "topology.kubernetes.io/zone"];

    public static void Label(JsonObject pod, DocumentStore store, int minor)
    {
        if (minor < From || pod.Object("spec").Text("nodeName") is not { Length: > 0 } node)
            return;
        if (store.Get(BuiltInKinds.Nodes, "", node)?.Labels is { } its)
            Label(pod, its, minor);
    }

    public static void Label(JsonObject pod, IReadOnlyDictionary<string, string> its, int minor)
    {
        if (minor < From)
            return;
        foreach (string key in Labels)
            if (its.TryGetValue(key, out string? value))
                pod.Ensure("metadata").Ensure("labels")[key] = value;
    }
}
