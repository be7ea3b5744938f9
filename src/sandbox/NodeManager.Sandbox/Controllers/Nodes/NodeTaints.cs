using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Api.Registry;

namespace NodeManager.Sandbox.Controllers.Nodes;

/// <summary>The taints that the control plane maintains.</summary>
internal static class NodeTaints
{
    public const string NotReady = "node.kubernetes.io/not-ready";
    public const string Unreachable = "node.kubernetes.io/unreachable";

    /// <summary>Replaces the taints with this effect and these keys, and keeps others.</summary>
    public static StoredObject Set(
        ResourceRegistry registry,
        StoredObject stored,
        string effect,
        IReadOnlySet<string> keys,
        IReadOnlyCollection<string> wanted
    )
    {
        if (wanted.Count == 0 && stored.As<Node>().Spec.Taints is null)
            return stored;
        List<string> present =
        [
            .. (stored.As<Node>().Spec.Taints ?? [])
                .Where(taint => taint.Effect == effect && keys.Contains(taint.Key))
                .Select(taint => taint.Key),
        ];
        if (present.Count == wanted.Count && present.TrueForAll(wanted.Contains))
            return stored;
        string now = registry.Now;
        return registry.Update(
            stored,
            document =>
            {
                JsonObject spec = document.Ensure("spec");
                List<JsonObject> before = [.. spec.Objects("taints")];
                JsonArray taints =
                [
                    .. before.Where(taint => !IsOurs(taint) || wanted.Contains(taint.Text("key"))).Select(taint => taint.DeepClone()),
                ];
                foreach (string key in wanted)
                    if (!before.Exists(taint => taint.Text("key") == key && IsOurs(taint)))
                        taints.Add(
                            new JsonObject
                            {
                                ["key"] = key,
                                ["effect"] = effect,
                                ["timeAdded"] = now,
                            }
                        );
                if (taints.Count == 0)
                    spec.Remove("taints");
                else
                    spec["taints"] = taints;
            }
        );

        bool IsOurs(JsonObject taint) => taint.Text("effect") == effect && keys.Contains(taint.Text("key") ?? "");
    }

    public static bool Has(this Node node, string key, string effect) =>
        node.Spec.Taints?.Exists(taint => taint.Key == key && taint.Effect == effect) == true;

    /// <summary>Empty for a missing condition.</summary>
    public static string StatusOf(this Node node, string condition) => node.Status.Conditions.Find(condition)?.Status ?? "";
}
