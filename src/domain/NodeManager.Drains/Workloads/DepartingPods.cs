namespace NodeManager.Drains.Workloads;

/// <summary>
/// The pods that the runs of a session have let go and that watches may still report as ready. Shared by them, so that concurrent drains of an
/// update count each other's pods.
/// </summary>
internal sealed class DepartingPods
{
    /// <summary>Held while a run decides which pods go.</summary>
    public Lock Lock { get; } = new();

    /// <summary>By UID.</summary>
    public HashSet<string> Uids { get; } = [];
}
