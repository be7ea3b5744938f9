namespace NodeManager;

/// <summary>The safeguard that the deletion of a pod bypassed. Strings instead of an enum: see <see cref="NodeStatus"/>.</summary>
public static class DrainForce
{
    /// <summary>Deleted rather than evicted from the start (<c>-DisableEviction</c>).</summary>
    public const string NoEviction = "DisableEviction";

    /// <summary>Deleted after its PDB had refused for the specified time (<c>-OverrideBudgetAfter</c>).</summary>
    public const string Budget = "OverrideBudgetAfter";

    /// <summary>Removed with grace period 0 after it was stuck terminating for the time given (<c>-ForceStuck</c>).</summary>
    public const string Stuck = "ForceStuck";
}
