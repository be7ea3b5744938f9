using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Conformance.RealCluster;
using NodeManager.Core.Placement;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Conformance.Scheduling;

/// <summary>What Select-ClusterNode -Explain says of a pod on a real cluster, counted up to the sentence of the scheduler.</summary>
internal sealed class Explainer(ControlPlane plane)
{
    private const int Tries = 5;

    /// <summary>Null where the explanation is what the scheduler says; else what it is, which is empty where a node is eligible.</summary>
    public async Task<string?> CompareAsync(JsonObject pod, Outcome expected)
    {
        for (int tries = 1; ; tries++)
        {
            string said = await ExplainAsync(pod);
            if (said == Bare(expected.Message))
                return null;
            if (tries == Tries)
                return said;
            await Task.Delay(200);
        }
    }

    // Each selection counts in its session: a session of its own has no earlier ones.
    private async Task<string> ExplainAsync(JsonObject manifest)
    {
        Pod pod = manifest.Deserialize(KubernetesJson.Default.Pod)!;
        pod.Metadata.Namespace = Scenario.Namespace;
        using NodeManagerSession session = await SessionFactory.ConnectAsync(
            "explain",
            plane.Server,
            plane.CreateAdminTransport(),
            null,
            NullLogger.Instance,
            TimeProvider.System,
            CancellationToken.None
        );
        SelectionRequest request = new()
        {
            Strategy = NodeSelectionStrategy.LeastSessions,
            Pod = pod,
            Explain = true,
        };
        IReadOnlyList<NodeSelection> nodes = await NodeSelections.SelectAsync(
            session,
            request,
            NullObserver.Instance,
            CancellationToken.None
        );
        if (nodes.Any(static one => one.IsEligible))
            return "";
        string counted = string.Join(
            ", ",
            nodes
                .SelectMany(static one => one.Reasons)
                .GroupBy(static reason => reason)
                .Select(static group => $"{group.Count()} {group.Key}")
                .Order(StringComparer.Ordinal)
        );
        // What is about the pod alone has no count since 1.24.
        string[] reasons = [.. nodes.SelectMany(static one => one.Reasons).Distinct()];
        return $"0/{nodes.Count} nodes are available: {(plane.Minor > 23 && reasons is [var only] && IsAboutThePod(only) ? only : counted)}.";
    }

    private static bool IsAboutThePod(string reason) =>
        reason.StartsWith("persistentvolumeclaim ", StringComparison.Ordinal)
        || reason.StartsWith("pod has unbound", StringComparison.Ordinal);

    // Before what preemption or claims of devices could do.
    private static string Bare(string message)
    {
        foreach (string further in (string[])[" no new claims", " preemption:"])
            if (message.IndexOf(further, StringComparison.Ordinal) is > 0 and int at)
                message = message[..at];
        return message.EndsWith(". not found", StringComparison.Ordinal) ? message[..^" not found".Length] : message;
    }
}
