namespace NodeManager.Drains.Planning;

/// <summary>Why a budget would refuse an eviction.</summary>
/// <param name="Reason">In words.</param>
/// <param name="IsLasting">True when pods that become ready elsewhere do not lift it: something has to be changed.</param>
public sealed record BudgetRefusal(string Reason, bool IsLasting);
