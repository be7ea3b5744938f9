using System.Collections.ObjectModel;

namespace NodeManager.Autoscaling.NodePools;

/// <summary>Converts a NodeSmithPool's status to reports of controllers.</summary>
/// <remarks>
/// The autoscaler writes the conditions Available, Progressing and Degraded, and counts. Ready and Failed, which determine the phase and
/// health of any pool, are derived from them. Conditions with a prefix, as in <c>backup.example.com/Ready</c>, are the reports of other
/// controllers.
/// </remarks>
internal static class ClusterPoolStatus
{
    /// <summary>The controller name of the autoscaler's report.</summary>
    public const string Autoscaler = "kubenodesmith";

    private const string Deleting = nameof(Deleting);

    // Only a user's change ends these.
    private static readonly string[] Lasting = ["Invalid", "NotManaged", NodeProviderReason.ProviderNotFound];

    /// <summary>The minimum of the pool's nodes.</summary>
    public static int Minimum(NodeSmithPoolSpec spec) => Math.Max(spec.Limits.MinNodes, spec.NodeCount ?? 0);

    /// <summary>Empty if no controller has reported.</summary>
    public static IReadOnlyList<NodePoolControllerStatus> Of(NodeSmithPool pool)
    {
        if (pool.Status is not { Conditions.Count: > 0 } status)
            return [];
        List<NodePoolControllerStatus> reports = [];
        foreach (
            var group in status.Conditions.GroupBy(static one => PrefixOf(one.Type)).OrderBy(static one => one.Key, StringComparer.Ordinal)
        )
        {
            if (group.Key.Length == 0)
                reports.Add(OfAutoscaler(pool, status, [.. group]));
            else
                reports.Add(OfOther(group.Key, [.. group]));
        }

        return reports;
    }

    /// <summary>Replaces the conditions of another controller.</summary>
    public static void Set(
        NodeSmithPoolStatus status,
        string controller,
        IEnumerable<NodeCondition> conditions,
        long generation,
        DateTimeOffset now
    )
    {
        status.Conditions ??= [];
        List<NodeCondition> reported = [.. conditions];
        status.Conditions.RemoveAll(one =>
            PrefixOf(one.Type) == controller && !reported.Exists(other => $"{controller}/{other.Type}" == one.Type)
        );
        foreach (NodeCondition one in reported)
        {
            // Old servers read an empty message as none, which they refuse.
            string message = one.Message.Length > 0 ? one.Message : $"{controller} reports {one}.";
            status.Conditions = status.Conditions.With(
                $"{controller}/{one.Type}",
                one.Status,
                one.Reason.Length > 0 ? one.Reason : "Reported",
                message,
                one.LastTransitionTime ?? now,
                generation
            );
        }
    }

    private static NodePoolControllerStatus OfAutoscaler(
        NodeSmithPool pool,
        NodeSmithPoolStatus status,
        List<NodeSmithCondition> conditions
    )
    {
        NodeSmithCondition? available = conditions.Find(NodeSmithConditions.Available);
        int ready = status.ReadyNodes ?? 0,
            claims = status.Claims ?? 0,
            minimum = Minimum(pool.Spec);
        bool isDeleting = pool.Metadata.DeletionTimestamp is not null || available?.Reason == Deleting;
        bool isSettled =
            conditions.Find(NodeSmithConditions.Progressing)?.Status == "False" && !conditions.IsTrue(NodeSmithConditions.Degraded);
        bool isReady = !isDeleting && available?.Status == "True" && isSettled && ready >= minimum;
        bool hasFailed = !isDeleting && available?.Status == "False" && Lasting.Contains(available.Reason);
        NodeSmithCondition latest = conditions.OrderByDescending(static one => one.LastTransitionTime).First();
        return new()
        {
            Name = Autoscaler,
            ObservedGeneration = status.ObservedGeneration ?? 0,
            Conditions = new([
                Derived(
                    NodePoolCondition.Ready,
                    isReady,
                    isReady ? "NodesReady"
                        : isDeleting ? Deleting
                        : "NodesNotReady",
                    Why(conditions, available, ready, minimum),
                    latest
                ),
                .. hasFailed
                    ? [Derived(NodePoolCondition.Failed, true, available!.Reason, available.Message, available)]
                    : (IEnumerable<NodeCondition>)[],
                .. conditions.Select(static one => Map(one, one.Type)),
            ]),
            Metadata = new ReadOnlyDictionary<string, object?>(
                new Dictionary<string, object?>
                {
                    ["active_nodes"] = ready,
                    ["desired_nodes"] = Math.Max(minimum, isSettled ? claims : Math.Min(status.Nodes ?? 0, claims)),
                    ["nodes"] = status.Nodes ?? 0,
                    ["claims"] = claims,
                }
            ),
            UpdatedAt = latest.LastTransitionTime,
        };
    }

    private static NodePoolControllerStatus OfOther(string name, List<NodeSmithCondition> conditions) =>
        new()
        {
            Name = name,
            ObservedGeneration = conditions.Min(static one => one.ObservedGeneration ?? 0),
            Conditions = new([.. conditions.Select(one => Map(one, one.Type[(name.Length + 1)..]))]),
            UpdatedAt = conditions.Max(static one => one.LastTransitionTime),
        };

    private static string Why(List<NodeSmithCondition> conditions, NodeSmithCondition? available, int ready, int minimum) =>
        available is { Status: not "True" } ? available.Message
        : conditions.Find(NodeSmithConditions.Degraded) is { Status: "True" } degraded ? degraded.Message
        : conditions.Find(NodeSmithConditions.Progressing) is { Status: "True" } progressing ? progressing.Message
        : ready < minimum ? $"{ready} of at least {minimum} nodes are ready."
        : $"{ready} nodes are ready.";

    private static NodeCondition Derived(string type, bool isTrue, string reason, string message, NodeSmithCondition from) =>
        new()
        {
            Type = type,
            Status = isTrue ? "True" : "False",
            Reason = reason,
            Message = message,
            LastTransitionTime = from.LastTransitionTime,
        };

    private static NodeCondition Map(NodeSmithCondition one, string type) =>
        new()
        {
            Type = type,
            Status = one.Status,
            Reason = one.Reason,
            Message = one.Message,
            LastTransitionTime = one.LastTransitionTime,
        };

    private static string PrefixOf(string type) => type.LastIndexOf('/') is var at and > 0 ? type[..at] : "";
}
