namespace NodeManager.Controllers.Queueing;

/// <summary>What a reconciliation came to.</summary>
public readonly record struct ReconcileResult
{
    /// <summary>In the desired state, as observed now.</summary>
    public static ReconcileResult Done => default;

    /// <summary>To be looked at again after this time, whether anything changes or not; null: only at a change.</summary>
    public TimeSpan? After { get; private init; }

    /// <summary>In the desired state for now, and reconciled again after a time.</summary>
    public static ReconcileResult Again(TimeSpan after) => new() { After = after };
}
