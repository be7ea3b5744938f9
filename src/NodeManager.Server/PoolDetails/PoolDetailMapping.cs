using System.Text.Json.Nodes;
using NodeManager.Server.NodeDetails;
using NodeManager.Server.Responses;

namespace NodeManager.Server.PoolDetails;

internal static class PoolDetailMapping
{
    public static ApiPoolOverview ToOverview(this NodePool pool) =>
        new(
            pool.Id,
            pool.Name,
            pool.Provider,
            pool.Generation,
            pool.Spec.NodeProvider,
            pool.Spec.Platform.MachineType,
            pool.Spec.Platform.Zones,
            pool.Spec.NodeCount,
            pool.Spec.Autoscaling is { } scaling ? new(scaling.Enabled, scaling.MinNodes, scaling.MaxNodes) : null,
            pool.Phase,
            pool.Health,
            pool.Status?.ActiveNodes,
            pool.Status?.DesiredNodes,
            pool.Status?.Message ?? "",
            [
                .. (pool.Status?.Controllers ?? ItemList<NodePoolControllerStatus>.Empty).SelectMany(static one =>
                    one.Conditions.Select(condition => new ApiPoolStatusCondition(
                        one.Name,
                        condition.Type,
                        condition.Status,
                        condition.Reason,
                        condition.Message,
                        condition.LastTransitionTime
                    ))
                ),
            ],
            JsonNode.Parse(pool.Spec.Json) as JsonObject ?? [],
            pool.CreatedAt,
            pool.UpdatedAt,
            pool.CreatedBy
        );

    public static ApiPoolPlan ToApi(this NodePoolPlan plan) =>
        new(
            plan.Pool,
            plan.Effect,
            plan.Summary,
            plan.CurrentNodes,
            plan.DesiredNodes,
            plan.IsCertain,
            [
                .. plan.Fields.Select(static one => new ApiPoolFieldPlan(
                    one.Field,
                    one.Before,
                    one.After,
                    one.Effect,
                    one.Nodes,
                    AnswerAdvice.In(one.Reason)
                )),
            ],
            plan.Nodes,
            plan.Pods is { } pods
                ? [.. pods.Where(static one => one.Decision == DrainDecision.Evict).Select(static one => $"{one.Namespace}/{one.Name}")]
                : null,
            plan.BlockingBudgets is { } budgets ? [.. budgets.Select(NodeDetailMapping.ToApi)] : null,
            AnswerAdvice.In(plan.Warnings)
        );

    public static ApiPoolUpdatePlan ToApi(this NodePoolUpdatePlan plan) =>
        new(
            plan.Turn,
            plan.Node.Length > 0 ? plan.Node : plan.Claim,
            plan.Reasons,
            plan.Replacement,
            plan.Pods,
            AnswerAdvice.In(plan.Obstacles)
        );

    public static ApiPoolUpdate ToApi(this NodePoolUpdate update) =>
        new(
            update.Pool,
            update.Provider,
            update.Id,
            update.Status,
            update.IsRollback,
            update.Strategy,
            update.MaxSurge,
            update.MaxUnavailable,
            update.Desired,
            update.Ready,
            update.Removed,
            update.Skipped,
            update.Evicted,
            update.StartedBy,
            update.Holder,
            update.StartedAt,
            update.EndedAt,
            AnswerAdvice.In(update.Message),
            [
                .. update.Nodes.Select(static one => new ApiPoolUpdateNode(
                    one.Node,
                    one.Claim,
                    one.Status,
                    one.Reasons,
                    one.IsRollback,
                    one.Evicted,
                    AnswerAdvice.In(one.Message)
                )),
            ]
        );
}
