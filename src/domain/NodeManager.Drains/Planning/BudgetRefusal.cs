namespace NodeManager.Drains.Planning;

/// <param name="IsLasting">True if pods that become ready elsewhere do not help: something has to be changed.</param>
public sealed record BudgetRefusal(string Reason, bool IsLasting);
