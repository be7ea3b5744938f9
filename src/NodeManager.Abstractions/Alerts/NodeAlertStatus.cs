namespace NodeManager;

/// <summary>The states of an alert.</summary>
public static class NodeAlertStatus
{
    /// <summary>The cause is there.</summary>
    public const string Firing = "Firing";

    /// <summary>The cause has ended.</summary>
    public const string Resolved = "Resolved";

    /// <summary>The monitor ended while the alert was firing; the cause is no longer checked.</summary>
    public const string Unobserved = "Unobserved";

    public static IReadOnlyList<string> All { get; } = [Firing, Resolved, Unobserved];
}
