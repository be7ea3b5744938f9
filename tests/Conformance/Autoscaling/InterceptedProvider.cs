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
    /// <summary>What a list shows of a machine.</summary>
    public Func<Machine, Machine> Shown { get; init; } = static machine => machine;

    /// <summary>Creations and removals fail by chance: half of them before the call, half lose the answer of a call that was made.</summary>
    /// <param name="called">Called before each.</param>
    public static InterceptedProvider Failing(IMachineProvider inner, Chance chance, double share, Action? called = null) =>
        new(
            inner,
            (call, _) =>
            {
                if (call is not ("Provision" or "Deprovision"))
                    return null;
                called?.Invoke();
                return chance.Is(share / 2) ? MachineResult.Ended(MachineOutcome.Unavailable, "injected") : null;
            },
            call =>
                Task.FromResult(
                    call is "Provision" or "Deprovision" && chance.Is(share / 2 / (1 - (share / 2)))
                        ? MachineResult.Ended(MachineOutcome.Unavailable, "injected: lost answer")
                        : null
                )
        );

    public Task<MachineResult> ProvisionAsync(MachineRequest request, CancellationToken cancellationToken) =>
        RunAsync("Provision", request.IsFirstAttempt, () => inner.ProvisionAsync(request, cancellationToken));

    public Task<MachineResult> DeprovisionAsync(MachineIdentity identity, CancellationToken cancellationToken) =>
        RunAsync("Deprovision", false, () => inner.DeprovisionAsync(identity, cancellationToken));

    public Task<MachineResult> GetAsync(MachineIdentity identity, CancellationToken cancellationToken) =>
        RunAsync("Get", false, () => inner.GetAsync(identity, cancellationToken));

    public async Task<MachineListResult> ListAsync(CancellationToken cancellationToken)
    {
        if (before("List", false) is { } failed)
            return MachineListResult.Ended(failed.Outcome, failed.Reason);
        MachineListResult result = await inner.ListAsync(cancellationToken);
        return result with { Machines = [.. result.Machines.Select(Shown)] };
    }

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

/// <summary>Random decisions of several threads.</summary>
internal sealed class Chance(int seed)
{
    private readonly Lock _lock = new();
    private readonly Random _random = new(seed);

    public bool Is(double share)
    {
        lock (_lock)
            return _random.NextDouble() < share;
    }
}
