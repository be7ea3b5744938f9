namespace NodeManager.Drains.Progress;

/// <summary>How the server is asked to remove a pod.</summary>
internal enum RemovalMode
{
    /// <summary>Within its budgets.</summary>
    Evict,

    /// <summary>Whatever its budgets say.</summary>
    Delete,

    /// <summary>At once, whether its kubelet confirms it or not.</summary>
    Kill,
}
