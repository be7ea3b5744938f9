using NodeManager.Core.Autoscaling.Claims;
using NodeManager.Core.Autoscaling.Planning.Inputs;
using NodeManager.Core.Autoscaling.Resources;

namespace NodeManager.Core.Autoscaling.Pools;

/// <summary>The plan that looks at no pod: each pool has <c>minNodes</c>, or <c>nodeCount</c> where that is more. Pure.</summary>
public static class MinimumPlan
{
    public static ScalePlan Of(ScaleInput input)
    {
        var machines = new List<NodeScalePlanMachine>();
        var pools = new List<NodeScalePlanPool>();
        foreach (NodeSmithPool pool in input.Pools.Where(static one => one.Metadata.DeletionTimestamp is null))
        {
            // Failed claims keep their places until the pool's controller deletes them, so that what cannot work is not tried all the time.
            int has = input.Claims.Count(one => one.Spec.PoolRef == pool.Metadata.Name && one.Metadata.DeletionTimestamp is null);
            bool isCount = pool.Spec.NodeCount > pool.Spec.Limits.MinNodes;
            int missing = Math.Max(pool.Spec.Limits.MinNodes, pool.Spec.NodeCount ?? 0) - has;
            (string reason, string message) = isCount ? (ScaleReason.NodeCount, $"nodeCount is {pool.Spec.NodeCount}.") : (ScaleReason.MinNodes, $"limits.minNodes is {pool.Spec.Limits.MinNodes}.");
            (long cores, long memory) = ClaimAttempts.SizeOf(new(), pool);
            for (int i = 1; i <= missing; i++)
                machines.Add(new() { Pool = pool.Metadata.Name, Id = $"{pool.Metadata.Name}/{i}", CpuCores = cores, Memory = memory << 20, Reason = reason, Message = message });
            pools.Add(missing > 0
                ? new() { Pool = pool.Metadata.Name, Decision = ScaleDecision.Create, Reason = reason, Message = $"{message} {missing} machines are created.", Nodes = has }
                : new() { Pool = pool.Metadata.Name, Decision = ScaleDecision.None, Reason = ScaleReason.Satisfied, Message = $"It has {has} claims.", Nodes = has });
        }

        return new(machines, [], [], pools, input.Memory, null);
    }
}
