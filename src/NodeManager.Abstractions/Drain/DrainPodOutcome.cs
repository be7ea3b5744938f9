namespace NodeManager;

/// <summary>The outcome of a pod in a drain. Strings instead of an enum: see <see cref="NodeStatus"/>.</summary>
public static class DrainPodOutcome
{
    public const string Evicted = "Evicted";

    /// <summary>Deleted without respecting its PDBs (<c>-DisableEviction</c>).</summary>
    public const string Deleted = "Deleted";

    public const string Skipped = "Skipped";

    /// <summary>The pod terminated before it was evicted.</summary>
    public const string Gone = "Gone";

    /// <summary>Its replacement was ready on another node before its Deployment deleted it (<c>-Surge</c>).</summary>
    public const string Replaced = "Replaced";

    /// <summary>Accepted for eviction, still terminating at the end.</summary>
    public const string Terminating = "Terminating";

    /// <summary>A PDB still refused the eviction at the end.</summary>
    public const string Blocked = "Blocked";

    /// <summary>It blocked the drain of the whole node.</summary>
    public const string Refused = "Refused";

    public const string Failed = "Failed";

    /// <summary>It was not tried before the drain ended.</summary>
    public const string NotAttempted = "NotAttempted";

    /// <summary>Tolerates the cordon and was back on the node at the end: reported, not chased.</summary>
    public const string Returned = "Returned";
}
