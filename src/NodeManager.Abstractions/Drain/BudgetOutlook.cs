namespace NodeManager;

/// <summary>Whether a PodDisruptionBudget will allow an eviction. Strings instead of an enum: see <see cref="NodeStatus"/>.</summary>
public static class BudgetOutlook
{
    /// <summary>It allows an eviction now.</summary>
    public const string Now = "Now";

    /// <summary>It will allow one when something in progress completes.</summary>
    public const string Slow = "Slow";

    /// <summary>No eviction can succeed until the PDB or the replica count changes.</summary>
    public const string Never = "Never";
}
