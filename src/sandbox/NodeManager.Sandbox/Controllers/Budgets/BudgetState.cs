namespace NodeManager.Sandbox.Controllers.Budgets;

internal readonly record struct BudgetState(int Expected, int Healthy, int Desired)
{
    /// <summary>0 where no pod is expected, or too few are healthy.</summary>
    public int Allowed => Expected <= 0 ? 0 : Math.Max(0, Healthy - Desired);
}
