using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Api.Pods;

namespace NodeManager.Sandbox.Kubelet.Pods;

/// <summary>A program that exits with an error after each start: the annotation <c>crash</c> of a pod.</summary>
internal static class SimulatedCrash
{
    /// <summary>The starts of a program that has crashed for long: its back-off is the longest.</summary>
    public const int ManyStarts = 8;

    /// <summary>Null without the annotation.</summary>
    public static SimulatedRun? Of(Pod pod)
    {
        string crash = pod.Simulation("crash");
        double? seconds = pod.SimulationSeconds("crash");
        if (crash != "true" && seconds is null)
            return null;
        string log = $"{pod.Spec.Containers.FirstOrDefault()?.Name}: this container is simulated, and made to crash\n";
        return new()
        {
            Log = log,
            IsAnnotated = true,
            ExitCode = seconds is > 0 ? null : 1,
            End = seconds is > 0 ? new(1, TimeSpan.FromSeconds(seconds.Value), Reboots: false) : null,
        };
    }

    /// <summary>How often it has started before: with <c>true</c>, it has crashed for long.</summary>
    public static int StartsBefore(Pod pod) => pod.AsksFor("crash") ? ManyStarts - 1 : 0;
}
