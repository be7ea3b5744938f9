using NodeManager.Drains.Progress;

namespace NodeManager.Drains.Evictions;

/// <summary>A pod's turn to be deleted although its budget refuses. Disposing it lets the next one have it.</summary>
/// <param name="record">Of the pod.</param>
/// <param name="overrides">Whose turn it is; null where no pod waits for another.</param>
internal sealed class OverrideTurn(PodRecord record, BudgetOverrides? overrides) : IDisposable
{
    /// <summary>The server accepted the deletion.</summary>
    public void Deleted() => overrides?.Deleted(record);

    public void Dispose() => overrides?.End(record);
}
