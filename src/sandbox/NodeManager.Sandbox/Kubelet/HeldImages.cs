using NodeManager.Kubernetes.Models;

namespace NodeManager.Sandbox.Kubelet;

/// <summary>
/// The images of a node: its initial ones and those of started pods. Sizes are synthetic, and below the threshold of ImageLocality (23 MB).
/// </summary>
internal static class HeldImages
{
    /// <summary>The limit of a kubelet (nodeStatusMaxImages).</summary>
    private const int MaximumImages = 50;
    private const long Smallest = 2_000_000,
        Largest = 22_000_000;

    public static void Add(JsonObject status, IEnumerable<StoredObject> pods)
    {
        JsonArray held = status.Array("images") ?? [];
        HashSet<string> known =
        [
            .. held.OfType<JsonObject>().SelectMany(image => image.Array("names") ?? []).Select(name => (string?)name ?? ""),
        ];
        IEnumerable<string> started = pods.Where(pod => pod.Field("status.phase") is "Running" or "Succeeded" or "Failed")
            .SelectMany(pod => pod.As<Pod>().Spec.Containers)
            .Select(container => WithTag(container.Image))
            .Where(image => image.Length > 0);
        string[] added = [.. started.Where(known.Add).Take(Math.Max(0, MaximumImages - held.Count))];
        if (added.Length == 0)
            return;
        foreach (string image in added)
            held.Add(
                new JsonObject
                {
                    ["names"] = new JsonArray(image),
                    ["sizeBytes"] = Smallest + (StableHash.Of(image) % (Largest - Smallest)),
                }
            );
        status["images"] = new JsonArray([
            .. held.OrderByDescending(image => (image as JsonObject).Number("sizeBytes") ?? 0).Select(image => image?.DeepClone()),
        ]);
    }

    private static string WithTag(string? image) =>
        string.IsNullOrEmpty(image) || image.AsSpan(image.LastIndexOf('/') + 1).ContainsAny(':', '@') ? image ?? "" : image + ":latest";
}
