using NodeManager.Drains.Progress;

namespace NodeManager.Drains.Evictions;

/// <summary>A pod's turn to be deleted although its budget refuses. Dispose it to pass the turn on.</summary>
/// <param name="overrides">The owner of the turn; null if no pod waits for another.</param>
internal sealed class OverrideTurn(PodRecord record, BudgetOverrides? overrides) : IDisposable
{
    public void Deleted() => overrides?.Deleted(record);

    public void Dispose() => overrides?.End(record);
}
