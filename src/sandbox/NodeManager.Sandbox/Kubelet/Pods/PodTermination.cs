using System.Globalization;
using System.Text.RegularExpressions;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Sandbox.Kubelet.Pods;

/// <summary>
/// How the containers of a pod end: preStop hooks first, then SIGTERM, then SIGKILL at the end of the grace period. Source:
/// k8s.io/kubernetes/pkg/kubelet/kuberuntime (killContainer).
/// </summary>
/// <param name="Seconds">Until the last container has ended.</param>
/// <param name="CutsHook">True if a command of a preStop hook outlasts the grace period.</param>
internal readonly partial record struct PodTermination(double Seconds, int ExitCode, bool CutsHook = false)
{
    /// <summary>The exit code after SIGTERM of a program without a handler.</summary>
    public const int Stopped = 143;

    /// <summary>The exit code after SIGKILL.</summary>
    public const int Killed = 137;

    /// <summary>After preStop hooks, containers have at least this time (minimumGracePeriodInSeconds).</summary>
    private const double MinimumGrace = 2;

    /// <summary>True for a pod whose containers cannot be ended.</summary>
    public static bool IsStuck(Pod pod) => pod.Simulation("slow-terminate") is "never" or "stuck" or "true";

    /// <param name="seconds">The time from SIGTERM to the end of a program that states none.</param>
    public static PodTermination Of(Pod pod, JsonObject document, double seconds)
    {
        double grace = pod.Metadata.DeletionGracePeriodSeconds ?? 0;
        double hooks = document.Object("spec").Objects("containers").Select(HookSeconds).DefaultIfEmpty().Max();
        bool cutsHook = document.Object("spec").Objects("containers").Any(one => HookCommandSeconds(one) > grace);
        double used = Math.Min(hooks, grace);
        double remaining = Math.Max(MinimumGrace, grace - used);
        double wanted =
            pod.Simulation("slow-terminate") == "ignore" ? double.PositiveInfinity : pod.SimulationSeconds("slow-terminate") ?? seconds;
        if (wanted > remaining)
            return new(used + remaining, Killed, cutsHook);
        // Programs of batch work seldom handle SIGTERM; servers do.
        return new(used + wanted, pod.Spec.RestartPolicy is null or "Always" ? 0 : Stopped, cutsHook);
    }

    /// <summary>The duration of a preStop hook that sleeps; other hooks take no time.</summary>
    private static double HookSeconds(JsonObject container) =>
        container.Object("lifecycle").Object("preStop").Object("sleep").Number("seconds") ?? HookCommandSeconds(container);

    private static double HookCommandSeconds(JsonObject container)
    {
        string command = string.Join(' ', container.Object("lifecycle").Object("preStop").Object("exec").Texts("command"));
        return Sleep()
            .Matches(command)
            .Sum(static match =>
                double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
                * match.Groups[2].Value switch
                {
                    "m" => 60,
                    "h" => 3600,
                    _ => 1,
                }
            );
    }

    [GeneratedRegex(@"\bsleep\s+(\d{1,6}(?:\.\d{1,3})?)([smh]?)\b")]
    private static partial Regex Sleep();
}
