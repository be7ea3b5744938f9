using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Drain.Planning;

/// <summary>A pod with what is to be done with it.</summary>
/// <param name="Pod">As it was read.</param>
/// <param name="Plan">What is to be done.</param>
/// <param name="Refusal">Why a budget refuses now; null when none does.</param>
internal sealed record PlannedPod(Pod Pod, NodeDrainPlanPod Plan, BudgetRefusal? Refusal);
