using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Drain.Planning;

/// <summary>A pod with what is to be done with it.</summary>
internal sealed record PlannedPod(Pod Pod, NodeDrainPlanPod Plan);
