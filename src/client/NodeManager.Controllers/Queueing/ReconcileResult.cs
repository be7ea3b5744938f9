namespace NodeManager.Controllers.Queueing;

public readonly record struct ReconcileResult
{
    /// <summary>In the desired state as observed now.</summary>
    public static ReconcileResult Done => default;

    /// <summary>Reconcile again after this time, without a change too; null: only after a change.</summary>
    public TimeSpan? After { get; private init; }

    /// <summary>In the desired state for now; reconcile again after a time.</summary>
    public static ReconcileResult RequeueAfter(TimeSpan after) => new() { After = after };
}
