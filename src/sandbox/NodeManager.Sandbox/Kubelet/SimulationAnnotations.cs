using System.Globalization;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Sandbox.Kubelet;

/// <summary>
/// What an object asks of its simulated kubelet, by annotation. Our own prefix is <c>sandbox.nodemanager/</c>; <c>fake-kubelet/</c> is
/// understood as well, so that the conformance tests run unchanged over a real control plane, whose stand-in kubelet uses that.
/// Nodes: <c>ignore</c>, <c>heartbeat: stop</c>, <c>ready: false|unknown</c>, <c>conditions: MemoryPressure,…</c>, <c>boot-id: text</c> (another
/// one than before is a reboot).
/// Pods: <c>slow-terminate: seconds|never</c>, <c>start-delay: seconds</c>, <c>not-ready</c>, <c>crash</c>, <c>fail</c>, <c>complete-after: seconds</c>.
/// </summary>
internal static class SimulationAnnotations
{
    public const string Prefix = "sandbox.nodemanager/";
    private const string Other = "fake-kubelet/";

    /// <summary>The value; empty where the object does not ask.</summary>
    public static string Asks(this KubernetesObject item, string what)
    {
        if (item.Metadata.Annotations is not { Count: > 0 } annotations)
            return "";
        return (annotations.GetValueOrDefault(Prefix + what) ?? annotations.GetValueOrDefault(Other + what) ?? "").Trim();
    }

    public static bool AsksFor(this KubernetesObject item, string what) => item.Asks(what) == "true";

    /// <summary>Seconds; null where the object does not ask for a number.</summary>
    public static double? AsksSeconds(this KubernetesObject item, string what) =>
        double.TryParse(item.Asks(what), NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) && seconds >= 0
            ? seconds
            : null;

    /// <summary>False for a node whose kubelet is dead, or that is not ours to simulate.</summary>
    public static bool IsAlive(this Node node) =>
        !node.AsksFor("ignore") && node.Asks("heartbeat") != "stop" && node.Asks("ready") != "unknown";
}
