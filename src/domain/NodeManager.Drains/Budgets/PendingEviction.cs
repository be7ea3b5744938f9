namespace NodeManager.Drains.Budgets;

/// <summary>A pod that passed its budget's gate and for which the server is asked.</summary>
/// <param name="takes">Whether its going takes one of those that the budget allows.</param>
internal sealed class PendingEviction(bool takes)
{
    public bool Takes { get; } = takes;

    /// <summary>How many requests were sent for it.</summary>
    public int Requests { get; set; }

    /// <summary>When the last one was sent.</summary>
    public long AskedAt { get; set; }

    /// <summary>How many states of the budget were known then.</summary>
    public int Statuses { get; set; }

    /// <summary>Ends its being waited for.</summary>
    public ITimer? Late { get; set; }

    /// <summary>True when the answer takes so long that it is not counted on.</summary>
    public bool IsLate { get; set; }

    /// <summary>True when a status named the pod: what it allows is what is left beside it.</summary>
    public bool IsCounted { get; set; }
}
