namespace NodeManager.Drains.Evictions;

/// <summary>What the server's answer to an eviction or deletion means for the drain.</summary>
internal enum EvictionAnswerKind
{
    /// <summary>The pod is gone, or another one has its name.</summary>
    Gone,

    /// <summary>A budget refuses for now.</summary>
    BudgetRefuses,

    /// <summary>More than one budget covers the pod: the server never evicts it as long as that is so.</summary>
    SeveralBudgets,

    /// <summary>Another client wrote the budget or the pod at the same time: retry.</summary>
    Conflict,

    /// <summary>The server, or a webhook, asks to come back later.</summary>
    Later,

    /// <summary>The namespace is being deleted, and the pod with it.</summary>
    NamespaceTerminating,

    /// <summary>The server could not answer; it may be able to soon, and it is not known what became of the request.</summary>
    Unreachable,

    /// <summary>Not allowed.</summary>
    Forbidden,

    /// <summary>Refused for good.</summary>
    Failed,
}
