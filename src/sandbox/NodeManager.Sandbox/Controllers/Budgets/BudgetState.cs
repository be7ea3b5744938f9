namespace NodeManager.Sandbox.Controllers.Budgets;

/// <summary>What a budget says at a moment.</summary>
internal readonly record struct BudgetState(int Expected, int Healthy, int Desired)
{
    /// <summary>Nothing may go where nothing is expected, or too little is there.</summary>
    public int Allowed => Expected <= 0 ? 0 : Math.Max(0, Healthy - Desired);
}
