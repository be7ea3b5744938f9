using System.Globalization;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Sandbox.Kubelet;

/// <summary>
/// Annotations for the simulated kubelet with the prefix <c>sandbox.nodemanager/</c>, or <c>fake-kubelet/</c> of the real control plane's
/// stand-in, so that conformance tests run on both. Nodes: <c>ignore</c>, <c>heartbeat: stop</c>, <c>ready: false|unknown</c>,
/// <c>conditions: MemoryPressure,…</c>, <c>boot-id: text</c> (a change is a reboot), <c>lease-renewal: seconds</c> (default: 10),
/// <c>command-exit-code: number</c>, <c>command-log: text</c>, <c>command-seconds: seconds</c> (see <see cref="SimulatedCommand"/>). Pods:
/// <c>slow-terminate: seconds|ignore|never</c> (the time after SIGTERM; <c>ignore</c>: until SIGKILL; <c>never</c>: stuck),
/// <c>start-delay: seconds</c>, <c>ready-after: seconds</c> (when its probes succeed), <c>not-ready</c>, <c>crash: true|seconds</c> (for long, or
/// so many seconds after each start), <c>fail</c>, <c>complete-after: seconds</c>.
/// </summary>
internal static class SimulationAnnotations
{
    public const string Prefix = "sandbox.nodemanager/";
    private const string Other = "fake-kubelet/";

    /// <summary>Empty if missing.</summary>
    public static string Simulation(this KubernetesObject item, string what)
    {
        if (item.Metadata.Annotations is not { Count: > 0 } annotations)
            return "";
        return (annotations.GetValueOrDefault(Prefix + what) ?? annotations.GetValueOrDefault(Other + what) ?? "").Trim();
    }

    public static bool AsksFor(this KubernetesObject item, string what) => item.Simulation(what) == "true";

    /// <summary>Null if missing or not a number.</summary>
    public static double? SimulationSeconds(this KubernetesObject item, string what) =>
        double.TryParse(item.Simulation(what), NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) && seconds >= 0
            ? seconds
            : null;

    /// <summary>False for a node with a dead kubelet, or one that is not simulated.</summary>
    public static bool IsAlive(this Node node) =>
        !node.AsksFor("ignore") && node.Simulation("heartbeat") != "stop" && node.Simulation("ready") != "unknown";
}
