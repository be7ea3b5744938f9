using System.Globalization;

namespace NodeManager.Drains.Decisions;

/// <summary>
/// Whether the kubelet of a node can end pods. An evicted pod stays terminating until its kubelet reports the end of its containers.
/// </summary>
internal static class KubeletRules
{
    // Text of the kubelet's condition, which has one reason for all causes.
    private const string OnlyNetwork = "NetworkReady=false";

    public const string Remedy =
        "Restart the kubelet or the machine. Otherwise, drain with ForceStuck to force-delete its pods, or with SkipWaitForDeleteTimeout to not wait for them. On an unreachable node they may still run and answer.";

    /// <summary>Why pods of the node do not end; null if they do.</summary>
    /// <param name="node">The last reported node; null if unknown.</param>
    /// <param name="staleSince">The last renewal of an overdue Lease; null if the Lease is current.</param>
    public static string? Trouble(Node? node, DateTimeOffset? staleSince = null)
    {
        if (node?.Status.Conditions.Find("Ready") is not { } ready)
            return null;
        string since = ready.LastTransitionTime is { } at ? $" since {Text(at)}" : "";
        return ready.Status switch
        {
            "True" when staleSince is { } renewed =>
                $"The kubelet stopped reporting: its Lease has not been renewed since {Text(renewed)}.",
            "True" => null,
            "False"
                when ready.Message?.Contains(OnlyNetwork, StringComparison.Ordinal) == true
                    && !ready.Message.Contains("container runtime is down", StringComparison.Ordinal) => null,
            "False" =>
                $"The kubelet reports that the node is not ready{since}{(ready.Message is { Length: > 0 } why ? $": {why.TrimEnd('.')}" : "")}.",
            _ => $"The kubelet does not report: Ready is {ready.Status}{since}.",
        };
    }

    /// <summary>True if the state of the node's containers is unknown: they may still run.</summary>
    public static bool IsUnreachable(Node? node) => node?.Status.Conditions.Find("Ready") is { Status: not ("True" or "False") };

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
