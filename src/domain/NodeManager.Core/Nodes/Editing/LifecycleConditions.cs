using System.Globalization;
using System.Text.Json.Nodes;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Core.Nodes.Editing;

/// <summary>
/// Writes <see cref="NodeLifecycleCondition"/>s: several in one strategic patch of the node's status, where a merge patch would drop all
/// others. What another client says by them stays: only conditions that are not True, or True with a reason of ours, are touched.
/// </summary>
public static class LifecycleConditions
{
    /// <summary>Every reason that we write begins so.</summary>
    public const string ReasonPrefix = "NodeManager";

    private const int FirstMinor = 37;

    /// <summary>Are they to be written?</summary>
    /// <param name="use">See <see cref="ConditionUse"/>.</param>
    /// <param name="minorVersion">Of the server.</param>
    public static bool AreWanted(string use, int minorVersion) =>
        use == ConditionUse.Always || (use == ConditionUse.Auto && minorVersion >= FirstMinor);

    /// <summary>Writes conditions. Null when there was nothing to write.</summary>
    /// <param name="client">Of the cluster.</param>
    /// <param name="now">The cluster's time.</param>
    /// <param name="node">As last seen.</param>
    /// <param name="wanted">What they are to be; the reason without the prefix.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="dryRun">Have the server check, and store nothing.</param>
    /// <exception cref="KubernetesException">The server refuses.</exception>
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
            // What stays as it was keeps its time.
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

    /// <summary>Sets those of these types False that are True and ours. Null when there were none.</summary>
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
