namespace NodeManager;

/// <summary>Whether waiting for a budget is worth it. Text for the reason given at <see cref="NodeStatus"/>.</summary>
public static class BudgetOutlook
{
    /// <summary>It allows an eviction now.</summary>
    public const string Now = "Now";

    /// <summary>It will allow one when something that is under way ends.</summary>
    public const string Slow = "Slow";

    /// <summary>It cannot allow one as things stand: somebody has to change something.</summary>
    public const string Never = "Never";
}
