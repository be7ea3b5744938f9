namespace NodeManager.Drains.Progress;

/// <summary>How the server is asked to remove a pod.</summary>
internal enum RemovalMode
{
    /// <summary>Within its budgets.</summary>
    Evict,

    /// <summary>Regardless of its budgets.</summary>
    Delete,

    /// <summary>With grace period 0, without the kubelet's confirmation.</summary>
    Kill,
}
