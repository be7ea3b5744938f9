using System.Globalization;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Conformance.RealCluster;

/// <summary>What nodes and pods ask of their simulated kubelet. The embedded cluster's kubelets honour the same annotations.</summary>
internal static class KubeletAnnotations
{
    private const string Prefix = "fake-kubelet/";

    /// <summary>The annotation with the seconds between two renewals of the node's lease.</summary>
    public const string LeaseRenewal = Prefix + "lease-renewal";

    /// <summary>No lease, no status, no pod handling: a dead kubelet, or none of ours.</summary>
    public static bool IsAlive(Node node) =>
        Get(node, "ignore") != "true" && Get(node, "heartbeat") != "stop" && Get(node, "ready") != "unknown";

    public static bool IsReady(Node node) => Get(node, "ready") != "false";

    /// <summary>The boot to report: another one than before is a reboot. Empty: the one that it has.</summary>
    public static string BootId(Node node) => Get(node, "boot-id");

    /// <summary>Conditions to report as True: <c>MemoryPressure,DiskPressure,PIDPressure</c>.</summary>
    public static IReadOnlyList<string> Pressures(Node node) =>
        Get(node, "conditions").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public static TimeSpan? LeaseRenewalOf(Node node) => Seconds(Get(node, "lease-renewal"));

    public static TimeSpan StartDelay(Pod pod) => Seconds(Get(pod, "start-delay")) ?? TimeSpan.Zero;

    public static TimeSpan? CompleteAfter(Pod pod) => Seconds(Get(pod, "complete-after"));

    public static bool IsCrashing(Pod pod) => Get(pod, "crash") == "true";

    public static bool Fails(Pod pod) => Get(pod, "fail") == "true";

    public static bool IsReady(Pod pod) => !IsCrashing(pod) && Get(pod, "not-ready") != "true";

    /// <summary>How long the pod takes to terminate; null: for ever.</summary>
    public static TimeSpan? Termination(Pod pod) =>
        Get(pod, "slow-terminate") switch
        {
            "never" or "stuck" or "true" => null,
            // Like most programs, simulated ones end well within their grace.
            "" => TimeSpan.FromSeconds(Math.Min(pod.Metadata.DeletionGracePeriodSeconds ?? 0, 2)),
            string text => Seconds(text),
        };

    private static string Get(KubernetesObject item, string name) =>
        item.Metadata.Annotations?.GetValueOrDefault(Prefix + name)?.Trim() ?? "";

    private static TimeSpan? Seconds(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) ? TimeSpan.FromSeconds(seconds) : null;
}
