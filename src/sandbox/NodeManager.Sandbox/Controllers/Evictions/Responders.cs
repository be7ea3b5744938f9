namespace NodeManager.Sandbox.Controllers.Evictions;

/// <summary>The responders of a pod in order. Pure. Source: the Kubernetes API reference, lifecycle.k8s.io/v1alpha1.</summary>
internal static class Responders
{
    public const string Evictor = "imperative-eviction.k8s.io/evictor";

    private const int EvictorPriority = 100;

    /// <summary>The responders of a new Eviction: those of the pod, then the server's.</summary>
    public static JsonArray Of(JsonObject pod) =>
        new([
            .. pod.Object("spec")
                .Objects("evictionResponders")
                .Select(static r => (Name: r.Text("name") ?? "", Priority: r.Number("priority") ?? 0))
                .Append((Name: Evictor, Priority: EvictorPriority))
                .OrderByDescending(static r => r.Priority)
                .ThenBy(static r => r.Name, ByDomain)
                .Select(static r => new JsonObject
                {
                    ["name"] = r.Name,
                    ["priority"] = r.Priority,
                    ["state"] = "Inactive",
                }),
        ]);

    /// <summary>By domain from its last label on, then by key: <c>a.acme.io/x</c> before <c>acme.org/x</c>.</summary>
    public static IComparer<string> ByDomain { get; } =
        Comparer<string>.Create(
            static (a, b) =>
            {
                (string[] first, string[] second) = (Labels(a), Labels(b));
                for (int i = 0; i < Math.Min(first.Length, second.Length); i++)
                    if (string.CompareOrdinal(first[i], second[i]) is not 0 and int order)
                        return order;
                return first.Length != second.Length ? first.Length - second.Length : string.CompareOrdinal(Key(a), Key(b));
            }
        );

    private static string[] Labels(string name)
    {
        string[] labels = name.Split('/')[0].Split('.');
        Array.Reverse(labels);
        return labels;
    }

    private static string Key(string name) => name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..];
}
