using NodeManager.Kubernetes.Models;

namespace NodeManager.Drains.Planning;

/// <summary>A pod with what is to be done with it.</summary>
/// <param name="Pod">As it was read.</param>
/// <param name="Plan">What is to be done.</param>
/// <param name="Refusal">Why a budget refuses now; null when none does.</param>
public sealed record PlannedPod(Pod Pod, NodeDrainPlanPod Plan, BudgetRefusal? Refusal);
