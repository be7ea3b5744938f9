namespace NodeManager.Drains.Progress;

/// <summary>One of the <see cref="EvictionSlots"/>. The first Dispose releases it.</summary>
internal sealed class EvictionSlot(Action leave) : IDisposable
{
    private Action? _leave = leave;

    public void Dispose() => Interlocked.Exchange(ref _leave, null)?.Invoke();
}
