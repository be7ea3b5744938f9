using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Core.Nodes;

/// <summary>Sends changes of one node.</summary>
internal static partial class NodePatcher
{
    // Writers of one node take turns in the order that chance gives: with so many tries fifty of them at once come through.
    private const int Tries = 60;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(400);

    /// <summary>For a patch that says all by itself: whatever else changed meanwhile, it stays right.</summary>
    public static Task<Node> PatchAsync(
        ClusterConnection connection, string name, JsonObject patch, bool dryRun, CancellationToken cancellationToken) =>
        connection.Client.PatchAsync(
            Resources.Nodes, name, null, Patch.Merge(patch), null, new RequestOptions { DryRun = dryRun }, cancellationToken);

    /// <summary>
    /// For a patch that depends on what is there: made from the node as read, sent only if it still is that, made anew when it is not.
    /// </summary>
    /// <param name="connection">Where.</param>
    /// <param name="name">Of the node.</param>
    /// <param name="known">The node as somebody read it before, to try first; null reads it.</param>
    /// <param name="make">The patch for the node as it is, or null when nothing is to be done; throws where it may not be done.</param>
    /// <param name="dryRun">Have the server check, and store nothing.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<Node> ChangeAsync(
        ClusterConnection connection, string name, JsonObject? known, Func<JsonObject, JsonObject?> make, bool dryRun,
        CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            bool isFresh = known is null || attempt > 1;
            JsonObject current = isFresh ? await ReadAsync(connection.Client, name, cancellationToken) : known!;
            JsonObject? patch;
            try
            {
                patch = make(current);
            }
            catch (NodeManagerException) when (!isFresh)
            {
                continue;
            }

            if (patch is null)
            {
                if (isFresh) return current.Deserialize(KubernetesJson.Default.Node)!;
                continue;
            }

            patch.TryAdd("metadata", new JsonObject());
            patch["metadata"]!["resourceVersion"] = current["metadata"]?["resourceVersion"]?.GetValue<string>();
            try
            {
                return await PatchAsync(connection, name, patch, dryRun, cancellationToken);
            }
            catch (KubernetesException refused) when (refused.Code == HttpStatusCode.Conflict && attempt < Tries)
            {
                LogConflict(connection.Logger, name, attempt);
                if (isFresh) await Task.Delay(Pause(attempt), connection.Time, cancellationToken);
            }
        }
    }

    private static async Task<JsonObject> ReadAsync(KubernetesClient client, string name, CancellationToken cancellationToken) =>
        await client.SendAsync(
            HttpMethod.Get, Resources.Nodes.Path(name: name), null, DocumentJson.Default.JsonObject, RequestOptions.Default,
            cancellationToken);

    private static TimeSpan Pause(int attempt)
    {
        double limit = Math.Min(LongestPause.TotalMilliseconds, FirstPause.TotalMilliseconds * Math.Pow(2, attempt - 1));
        return TimeSpan.FromMilliseconds(limit * (0.5 + (Random.Shared.NextDouble() / 2)));
    }

    [JsonSerializable(typeof(JsonObject))]
    private sealed partial class DocumentJson : JsonSerializerContext;
}
