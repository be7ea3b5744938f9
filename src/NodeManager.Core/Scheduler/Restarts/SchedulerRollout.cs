using NodeManager.Core.Scheduler.Discovery;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Scheduler.Restarts;

/// <summary>What is known of a rollout at one moment.</summary>
/// <param name="Deployment">Null: it was deleted.</param>
/// <param name="Pods">Its pods, old and new.</param>
/// <param name="Lease">The scheduler's Lease; null where there is none, it may not be read, or nobody has to lead.</param>
internal sealed record SchedulerRollout(DeploymentManifest? Deployment, IReadOnlyList<Pod> Pods, Lease? Lease);
