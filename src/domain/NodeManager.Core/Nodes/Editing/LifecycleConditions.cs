using System.Globalization;
using System.Text.Json.Nodes;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Core.Nodes.Editing;

/// <summary>
/// Writes <see cref="NodeLifecycleCondition"/>s in one strategic patch of the node's status; a merge patch would drop all others.
/// Conditions of other clients stay: only conditions that are not True, or have a reason of ours, are changed.
/// </summary>
public static class LifecycleConditions
{
    /// <summary>The prefix of every reason that we write.</summary>
    public const string ReasonPrefix = "NodeManager";

    private const int FirstMinor = 37;

    /// <summary>Whether to write them.</summary>
    public static bool AreEnabled(string use, int minorVersion) =>
        use == ConditionUse.Always || (use == ConditionUse.Auto && minorVersion >= FirstMinor);

    /// <summary>Writes conditions. Null if there was nothing to write.</summary>
    /// <param name="wanted">The new conditions; reasons without the prefix.</param>
    /// <param name="dryRun">The server validates, and stores nothing.</param>
    public static async Task<Node?> SetAsync(
        KubernetesClient client,
        DateTimeOffset now,
        Node node,
        IReadOnlyList<(string Type, bool Status, string Reason, string Message)> wanted,
        CancellationToken cancellationToken,
        bool dryRun = false
    )
    {
        JsonArray conditions = [];
        foreach ((string type, bool isTrue, string reason, string message) in wanted)
        {
            Condition? current = Find(node, type);
            string status = isTrue ? "True" : "False";
            if (current is { Status: "True" } && !IsOurs(current))
                continue;
            JsonObject condition = new()
            {
                ["type"] = type,
                ["status"] = status,
                ["reason"] = ReasonPrefix + reason,
                ["message"] = message,
            };
            // An unchanged condition keeps its time.
            if (current?.Status != status)
                condition["lastTransitionTime"] = now.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
            conditions.Add(condition);
        }

        if (conditions.Count == 0)
            return null;
        Patch patch = Patch.Strategic(new() { ["status"] = new JsonObject { ["conditions"] = conditions } });
        return await client.PatchAsync(
            Resources.Nodes,
            node.Metadata.Name,
            null,
            patch,
            "status",
            new RequestOptions { DryRun = dryRun },
            cancellationToken
        );
    }

    /// <summary>Sets our True conditions of these types to False. Null if there were none.</summary>
    public static async Task<Node?> ClearAsync(
        KubernetesClient client,
        DateTimeOffset now,
        Node node,
        IReadOnlyCollection<string> types,
        string reason,
        CancellationToken cancellationToken,
        bool dryRun = false
    )
    {
        string[] held = [.. types.Where(t => Find(node, t) is { Status: "True" } current && IsOurs(current))];
        return held.Length == 0
            ? null
            : await SetAsync(client, now, node, [.. held.Select(t => (t, false, reason, ""))], cancellationToken, dryRun);
    }

    private static bool IsOurs(Condition condition) => condition.Reason?.StartsWith(ReasonPrefix, StringComparison.Ordinal) == true;

    private static Condition? Find(Node node, string type) => node.Status.Conditions.Find(type);
}
