using NodeManager.Core.Machines;

namespace NodeManager.Conformance.Autoscaling;

/// <summary>A provider before whose calls something stands.</summary>
/// <param name="inner">The real one.</param>
/// <param name="before">Gets the name of the call, and whether it is a claim's first; answers in the provider's place where it returns a result.</param>
/// <param name="after">The same after the call was made: what it returns takes the answer's place, as where an answer is lost.</param>
internal sealed class InterceptedProvider(
    IMachineProvider inner,
    Func<string, bool, MachineResult?> before,
    Func<string, Task<MachineResult?>>? after = null
) : IMachineProvider
{
    public Task<MachineResult> ProvisionAsync(MachineRequest request, CancellationToken cancellationToken) =>
        RunAsync("Provision", request.IsFirstAttempt, () => inner.ProvisionAsync(request, cancellationToken));

    public Task<MachineResult> DeprovisionAsync(MachineIdentity identity, CancellationToken cancellationToken) =>
        RunAsync("Deprovision", false, () => inner.DeprovisionAsync(identity, cancellationToken));

    public Task<MachineResult> GetAsync(MachineIdentity identity, CancellationToken cancellationToken) =>
        RunAsync("Get", false, () => inner.GetAsync(identity, cancellationToken));

    public async Task<MachineListResult> ListAsync(CancellationToken cancellationToken) =>
        before("List", false) is { } failed
            ? MachineListResult.Ended(failed.Outcome, failed.Reason)
            : await inner.ListAsync(cancellationToken);

    public Task<MachineResult> RestartAsync(MachineIdentity identity, CancellationToken cancellationToken) =>
        RunAsync("Restart", false, () => inner.RestartAsync(identity, cancellationToken));

    public void Dispose() => inner.Dispose();

    private async Task<MachineResult> RunAsync(string call, bool isFirst, Func<Task<MachineResult>> work)
    {
        if (before(call, isFirst) is { } refused)
            return refused;
        MachineResult result = await work();
        return (after is null ? null : await after(call)) ?? result;
    }
}
