namespace NodeManager;

/// <summary>What was done by force to remove a pod. Text for the reason given at <see cref="NodeStatus"/>.</summary>
public static class DrainForce
{
    /// <summary>Deleted rather than evicted from the start (<c>-DisableEviction</c>).</summary>
    public const string NoEviction = "DisableEviction";

    /// <summary>Deleted after its budget had refused for the time given (<c>-OverrideBudgetAfter</c>).</summary>
    public const string Budget = "OverrideBudgetAfter";

    /// <summary>Removed with grace period 0 after it was stuck terminating for the time given (<c>-ForceStuck</c>).</summary>
    public const string Stuck = "ForceStuck";
}
