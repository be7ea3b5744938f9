namespace NodeManager;

/// <summary>What became of a pod in a drain. Text for the reason given at <see cref="NodeStatus"/>.</summary>
public static class DrainPodOutcome
{
    public const string Evicted = "Evicted";

    /// <summary>Deleted without asking its budgets, because that was asked for.</summary>
    public const string Deleted = "Deleted";

    public const string Skipped = "Skipped";

    /// <summary>It was gone before it had to be evicted.</summary>
    public const string Gone = "Gone";

    /// <summary>Its Deployment had its successor ready elsewhere first, and then took it away (<c>-Surge</c>).</summary>
    public const string Replaced = "Replaced";

    /// <summary>Accepted for eviction, still terminating at the end.</summary>
    public const string Terminating = "Terminating";

    /// <summary>A budget still refused at the end.</summary>
    public const string Blocked = "Blocked";

    /// <summary>Stood in the way of the whole node.</summary>
    public const string Refused = "Refused";

    public const string Failed = "Failed";

    /// <summary>Its turn never came.</summary>
    public const string NotAttempted = "NotAttempted";

    /// <summary>Tolerates the cordon and was back on the node at the end: reported, not chased.</summary>
    public const string Returned = "Returned";
}
