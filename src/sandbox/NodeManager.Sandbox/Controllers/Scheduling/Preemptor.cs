using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Controllers.Runtime;
using NodeManager.Sandbox.Model.Kinds.Errors;
using NodeManager.Scheduling;
using NodeManager.Scheduling.Decisions;

namespace NodeManager.Sandbox.Controllers.Scheduling;

/// <summary>Selects and deletes victims of preemption, with their grace period.</summary>
internal sealed class Preemptor(ControllerContext context)
{
    private const string Component = "default-scheduler";

    /// <summary>The minor version from which victims have a disruption condition.</summary>
    private const int DisruptionConditionFrom = 26;

    public PreemptionResult Find(Pod pod, ClusterSnapshot snapshot, IReadOnlyList<(NodeState Node, FitResult Answer)> refusals) =>
        Preemption.Find(
            pod,
            snapshot,
            refusals,
            [
                .. context
                    .Store.List(BuiltInKinds.PodDisruptionBudgets)
                    .Objects.Walk()
                    .Select(static budget => budget.As<PodDisruptionBudget>()),
            ]
        );

    public void DriveOut(Pod pod, PreemptionResult preemption)
    {
        foreach (Pod victim in preemption.Victims)
        {
            if (
                context.Store.Get(BuiltInKinds.Pods, victim.Metadata.Namespace ?? "", victim.Metadata.Name)
                is not { IsDeleting: false } stored
            )
                continue;
            if (stored.Uid != victim.Metadata.Uid)
                continue;
            string by = context.MinorVersion >= 26 ? $"pod {pod.Metadata.Uid}" : $"{pod.Metadata.Namespace}/{pod.Metadata.Name}";
            context.Events.Normal(stored, Component, "Preempted", $"Preempted by {by} on node {preemption.Node}");
            try
            {
                if (context.MinorVersion >= DisruptionConditionFrom)
                    SayWhy(stored);
                context.Registry.Delete(stored.Kind, stored.Namespace, stored.Name, new() { Uid = stored.Uid });
            }
            catch (ApiException exception) when (exception.Code is 404 or 409)
            {
                // Deleted meanwhile.
            }
        }
    }

    private void SayWhy(StoredObject victim) =>
        context.Registry.UpdateStatus(
            victim,
            document =>
                document
                    .Ensure("status")
                    .SetPodCondition(
                        "DisruptionTarget",
                        "True",
                        context.Registry.Now,
                        "PreemptionByScheduler",
                        $"{Component}: preempting to accommodate a higher priority pod"
                    )
        );
}
