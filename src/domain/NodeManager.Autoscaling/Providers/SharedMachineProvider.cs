using NodeManager.Core.Machines;

namespace NodeManager.Autoscaling.Providers;

/// <summary>
/// A provider shared by several callers. When its settings change, calls in progress finish, later ones have to reopen it, and the
/// connections are closed after the last.
/// </summary>
internal sealed class SharedMachineProvider(IMachineProvider inner, string name) : IMachineProvider, ITestableMachineProvider
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private int _calls;
    private bool _isRetired;
    private bool _isDisposed;

    public bool ReplacesMachines => inner.ReplacesMachines;

    public Task<MachineResult> ProvisionAsync(MachineRequest request, CancellationToken cancellationToken) =>
        CallAsync(() => inner.ProvisionAsync(request, cancellationToken), Retired);

    public Task<MachineResult> DeprovisionAsync(MachineIdentity identity, CancellationToken cancellationToken) =>
        CallAsync(() => inner.DeprovisionAsync(identity, cancellationToken), Retired);

    public Task<MachineResult> GetAsync(MachineIdentity identity, CancellationToken cancellationToken) =>
        CallAsync(() => inner.GetAsync(identity, cancellationToken), Retired);

    public Task<MachineListResult> ListAsync(CancellationToken cancellationToken) =>
        CallAsync(() => inner.ListAsync(cancellationToken), () => MachineListResult.Ended(MachineOutcome.Unavailable, RetiredText));

    public Task<MachineResult> RestartAsync(MachineIdentity identity, CancellationToken cancellationToken) =>
        CallAsync(() => inner.RestartAsync(identity, cancellationToken), Retired);

    /// <summary>Empty if the provider cannot test itself.</summary>
    public Task<IReadOnlyList<MachineProviderFinding>> TestAsync(CancellationToken cancellationToken) =>
        inner is ITestableMachineProvider testable
            ? CallAsync(() => testable.TestAsync(cancellationToken), static () => [])
            : Task.FromResult<IReadOnlyList<MachineProviderFinding>>([]);

    /// <summary>Idempotent.</summary>
    public void Dispose()
    {
        lock (_lock)
            _isRetired = true;
        CloseWhenUnused();
    }

    private string RetiredText => $"The settings of provider '{name}' have changed; the call is repeated with the new ones.";

    private MachineResult Retired() => MachineResult.Ended(MachineOutcome.Unavailable, RetiredText) with { RetryAfter = Soon };

    private async Task<T> CallAsync<T>(Func<Task<T>> call, Func<T> retired)
    {
        lock (_lock)
        {
            if (_isRetired)
                return retired();
            _calls++;
        }

        try
        {
            return await call();
        }
        finally
        {
            lock (_lock)
                _calls--;
            CloseWhenUnused();
        }
    }

    private void CloseWhenUnused()
    {
        lock (_lock)
        {
            if (!_isRetired || _calls > 0 || _isDisposed)
                return;
            _isDisposed = true;
        }

        inner.Dispose();
    }
}
