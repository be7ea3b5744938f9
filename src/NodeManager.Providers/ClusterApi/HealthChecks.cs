using NodeManager.Kubernetes.Selectors;

namespace NodeManager.Providers.ClusterApi;

/// <summary>
/// The MachineHealthChecks of a namespace. One that selects a Machine owns its repair: whatever its checks and time-outs are, and also while it,
/// its cluster or the repair of the Machine is paused. Then a person has decided that the Machine is not to be repaired.
/// </summary>
internal sealed class HealthChecks(IReadOnlyList<MachineHealthCheck> checks)
{
    private const string SkipAnnotation = "cluster.x-k8s.io/skip-remediation";

    /// <summary>The repairer of a Machine, for a person; empty: none.</summary>
    /// <param name="cluster">The cluster of the Machine. Checks of other clusters do not select it.</param>
    public string RepairerOf(ClusterMachine machine, string cluster)
    {
        MachineHealthCheck? check = checks.FirstOrDefault(one =>
            one.Spec.ClusterName == cluster && one.Spec.Selector.Matches(machine.Metadata.Labels)
        );
        if (check is null)
            return "";
        string state =
            check.Metadata.Annotations?.ContainsKey(ClusterApiReader.PausedAnnotation) == true ? " (paused)"
            : machine.Metadata.Annotations?.ContainsKey(SkipAnnotation) == true ? $" (the Machine has the annotation {SkipAnnotation})"
            : "";
        return $"MachineHealthCheck {check.Metadata.Namespace}/{check.Metadata.Name}{state}";
    }
}
