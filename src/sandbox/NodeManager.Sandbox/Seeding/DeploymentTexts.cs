using NodeManager.Sandbox.Controllers.Deployments;

namespace NodeManager.Sandbox.Seeding;

/// <summary>What the objects of a seeded Deployment are made from.</summary>
/// <param name="Uid">The Deployment's.</param>
/// <param name="SetUid">The ReplicaSet's.</param>
/// <param name="BudgetUid">Null without a PDB.</param>
/// <param name="Created">In API format.</param>
/// <param name="PodTimes">The pods were created when the rollout was complete.</param>
internal sealed record DeploymentTexts(Workload Workload, string Uid, string SetUid, string? BudgetUid, string Created, PodTimes PodTimes)
{
    /// <summary>During a rollout.</summary>
    public int MostReplicas => RollingUpdate.MostOf(Workload.Replicas, null);
}
