namespace NodeManager.Drains.Budgets;

/// <summary>A pod that passed the gate and whose eviction request is in progress.</summary>
/// <param name="takes">True if the eviction uses one of the allowed disruptions.</param>
internal sealed class PendingEviction(bool takes)
{
    public bool UsesAllowance { get; } = takes;

    public int Requests { get; set; }

    public long RequestedAt { get; set; }

    /// <summary>The number of observed statuses of the budget at the last request.</summary>
    public int Statuses { get; set; }

    public ITimer? Late { get; set; }

    /// <summary>True if the answer is late, so that its allowance is not reserved any longer.</summary>
    public bool IsLate { get; set; }

    /// <summary>True if a status lists the pod as disrupted, so that its allowance already excludes it.</summary>
    public bool IsCounted { get; set; }
}
