namespace NodeManager.Drains.Evictions;

internal enum EvictionAnswerKind
{
    /// <summary>The pod is gone or was replaced under its name.</summary>
    Gone,

    /// <summary>A budget refuses for now.</summary>
    BudgetRefuses,

    /// <summary>Several budgets cover the pod: the server refuses until only one does.</summary>
    SeveralBudgets,

    /// <summary>Another client wrote the budget or the pod concurrently: retry.</summary>
    Conflict,

    /// <summary>The server or a webhook requests a later retry.</summary>
    Later,

    /// <summary>The namespace, and the pod with it, is being deleted.</summary>
    NamespaceTerminating,

    /// <summary>The server did not answer. The request may have been applied.</summary>
    Unreachable,

    Forbidden,

    /// <summary>Refused permanently.</summary>
    Failed,
}
