namespace NodeManager.Drains.Planning;

/// <param name="Refusal">Why a budget refuses now; null if none does.</param>
public sealed record PlannedPod(Pod Pod, NodeDrainPlanPod Plan, BudgetRefusal? Refusal);
