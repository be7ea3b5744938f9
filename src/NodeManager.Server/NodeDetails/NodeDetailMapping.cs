using NodeManager.Server.Responses;

namespace NodeManager.Server.NodeDetails;

internal static class NodeDetailMapping
{
    public static ApiNodeDetails ToDetails(this ClusterNode node) =>
        new(
            node.Name,
            node.Roles,
            node.Zone,
            node.Pool,
            node.InstanceType,
            node.KubeletVersion,
            node.ContainerRuntime,
            node.OSImage,
            node.KernelVersion,
            node.Architecture,
            node.InternalIP,
            node.CreatedAt,
            node.Requested is null ? null : new(node.CpuRequestedPercent, node.MemoryRequestedPercent),
            [.. node.Conditions.Select(c => new ApiNodeCondition(c.Type, c.Status, c.Reason, c.Message, c.LastTransitionTime))]
        );

    public static ApiNodePod ToApi(this NodePod pod) =>
        new(
            pod.Namespace,
            pod.Name,
            pod.Status,
            pod.Ready,
            pod.ReadyContainers,
            pod.Containers,
            pod.Restarts,
            pod.OwnerKind.Length > 0 ? $"{pod.OwnerKind}/{pod.OwnerName}" : "",
            pod.CreatedAt
        );

    public static ApiDrainPlan ToApi(this NodeDrainPlan plan) =>
        new(
            plan.Node,
            plan.Status,
            AnswerAdvice.In(plan.Blockers),
            AnswerAdvice.In(plan.Warnings),
            [
                .. plan.Pods.Select(p => new ApiPlannedPod(
                    p.Namespace,
                    p.Name,
                    p.Decision,
                    AnswerAdvice.In(p.Reason),
                    p.Owner,
                    p.BlockedByBudget,
                    p.WaitsForTurn,
                    p.FitsElsewhere,
                    p.FitReason
                )),
            ],
            [.. plan.BlockingBudgets.Select(ToApi)],
            plan.EstimatedDuration?.TotalSeconds,
            plan.EstimateBasis,
            plan.ExpectedDuration?.TotalSeconds,
            plan.IsControlPlane,
            plan.NodeStatus,
            plan.NodeCondition,
            [.. plan.Consequences.Select(one => new ApiConsequence(one.Kind, AnswerAdvice.In(one.Message), one.Pods))]
        );

    public static ApiPlannedBudget ToApi(PodBudget budget) =>
        new(
            budget.Namespace,
            budget.Name,
            budget.Summary,
            budget.Outlook,
            AnswerAdvice.In(budget.OutlookReason),
            AnswerAdvice.Of(budget.Remedy) ?? ""
        );
}
