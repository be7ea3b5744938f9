using NodeManager.Core.Machines;
using NodeManager.Core.Operations;
using NodeManager.Kubernetes.Timing;

namespace NodeManager.Autoscaling.Providers;

/// <summary>
/// Holds a provider to the rules of <see cref="IMachineProvider"/> by creating and deleting one machine. The machine is deleted also after
/// a violation.
/// </summary>
public sealed class ProviderConformance(IMachineProvider provider, MachineRequest request, TimeSpan limit, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private const string Guide = "Follow the rules of docs/guides/write-a-provider.md.";

    private readonly List<MachineProviderFinding> _findings = [];

    /// <summary>The checks until the first one that prevents further ones.</summary>
    public async Task<IReadOnlyList<MachineProviderFinding>> RunAsync(CancellationToken cancellationToken)
    {
        Machine? machine = null;
        bool isDeleted = false;
        try
        {
            machine = await CreateAsync(cancellationToken);
            if (machine is null)
                return _findings;
            await ReadAsync(machine, cancellationToken);
            await RefuseAsync(machine, cancellationToken);
            isDeleted = await DeleteAsync(machine, cancellationToken);
            return _findings;
        }
        finally
        {
            if (!isDeleted)
                await CleanUpAsync(machine);
        }
    }

    private async Task<Machine?> CreateAsync(CancellationToken cancellationToken)
    {
        MachineResult first = await RepeatAsync(token => provider.ProvisionAsync(request, token), cancellationToken);
        if (first is not { Outcome: MachineOutcome.Succeeded, Machine: { } machine })
        {
            Add("Creates", false, $"The machine was not created ({first.Outcome}): {first.Reason}");
            return null;
        }

        Add("Creates", true, $"Machine {machine.Name} ({machine.ProviderId}) was created.");
        MachineResult[] again = await Task.WhenAll(
            Enumerable.Range(0, 2).Select(_ => RepeatAsync(token => provider.ProvisionAsync(request, token), cancellationToken))
        );
        MachineResult? other = Array.Find(again, one => one.Machine?.ProviderId != machine.ProviderId);
        Add(
            "CreatesOnce",
            other is null,
            other is null
                ? "Two more requests of the claim returned the same machine."
                : $"Another request of the claim returned {other.Machine?.ProviderId ?? other.Outcome.ToString()}, not {machine.ProviderId}."
        );
        return machine;
    }

    private async Task ReadAsync(Machine machine, CancellationToken cancellationToken)
    {
        MachineResult byId = await provider.GetAsync(new(machine.ProviderId, machine.Name, request.ClaimUid), cancellationToken),
            byClaim = await provider.GetAsync(new(null, machine.Name, request.ClaimUid), cancellationToken);
        bool isRead = byId.Machine?.ClaimUid == request.ClaimUid && byClaim.Machine?.ProviderId == machine.ProviderId;
        Add(
            "Reads",
            isRead,
            isRead
                ? "The machine is found by its id and by its claim."
                : $"The machine was read as {byId.Outcome} by its id, and as {byClaim.Outcome} by its claim."
        );
        MachineListResult list = await provider.ListAsync(cancellationToken);
        int count = list.Machines.Count(one => one.ClaimUid == request.ClaimUid);
        Add(
            "Lists",
            count == 1,
            count == 1
                ? "The list has the machine once."
                : FormattableString.Invariant($"The list has the machine {count} times ({list.Outcome}). {list.Reason}")
        );
    }

    private async Task RefuseAsync(Machine machine, CancellationToken cancellationToken)
    {
        var identity = new MachineIdentity(machine.ProviderId, machine.Name, request.ClaimUid);
        List<string> accepted = [];
        foreach (
            (string what, MachineIdentity other) in (IEnumerable<(string, MachineIdentity)>)
                [
                    ("another claim", identity with { ClaimUid = request.ClaimUid + "-other" }),
                    ("another id", identity with { ProviderId = machine.ProviderId + "-other" }),
                    ("another name", identity with { Name = machine.Name + "-other" }),
                ]
        )
        {
            MachineResult result = await provider.DeprovisionAsync(other, cancellationToken);
            if (result.Outcome is not (MachineOutcome.Refused or MachineOutcome.NotFound))
                accepted.Add($"{what} ({result.Outcome})");
        }

        bool isThere = (await provider.GetAsync(identity, cancellationToken)).Outcome == MachineOutcome.Succeeded;
        Add(
            "RefusesOthers",
            accepted.Count == 0 && isThere,
            accepted.Count > 0 ? $"A deletion with {string.Join(", ", accepted)} was not refused."
                : isThere ? "Deletions with another claim, id or name were refused."
                : "The machine is gone after deletions that were refused."
        );
    }

    private async Task<bool> DeleteAsync(Machine machine, CancellationToken cancellationToken)
    {
        var identity = new MachineIdentity(machine.ProviderId, machine.Name, request.ClaimUid);
        MachineResult result = await RepeatAsync(token => provider.DeprovisionAsync(identity, token), cancellationToken);
        MachineResult after = await provider.GetAsync(identity, cancellationToken);
        bool isListed = (await provider.ListAsync(cancellationToken)).Machines.Any(one => one.ClaimUid == request.ClaimUid);
        bool isDeleted = IsGone(result) && after.Outcome == MachineOutcome.NotFound && !isListed;
        Add(
            "Deletes",
            isDeleted,
            isDeleted
                ? "The machine was deleted, and is neither read nor listed."
                : $"The machine was not deleted ({result.Outcome}): {result.Reason} It is read as {after.Outcome}{(isListed ? ", and listed" : "")}."
        );
        MachineResult again = await RepeatAsync(token => provider.DeprovisionAsync(identity, token), cancellationToken);
        Add("DeletesTwice", IsGone(again), $"A second deletion returned {again.Outcome}.");
        return IsGone(result);
    }

    private async Task CleanUpAsync(Machine? machine)
    {
        using CancellationTokenSource ended = CleanUpLimit.Start();
        try
        {
            MachineResult result = await provider.DeprovisionAsync(
                new(machine?.ProviderId, machine?.Name ?? request.Name, request.ClaimUid),
                ended.Token
            );
            if (!IsGone(result))
                Add("Removed", false, $"Machine {machine?.Name ?? request.Name} may still exist ({result.Outcome}): {result.Reason}");
        }
        catch (OperationCanceledException)
        {
            Add("Removed", false, $"Machine {machine?.Name ?? request.Name} may still exist.");
        }
    }

    private static bool IsGone(MachineResult result) => result.Outcome is MachineOutcome.Succeeded or MachineOutcome.NotFound;

    private async Task<MachineResult> RepeatAsync(Func<CancellationToken, Task<MachineResult>> call, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        while (true)
        {
            MachineResult result = await call(cancellationToken);
            if (result.Outcome is not (MachineOutcome.Pending or MachineOutcome.Unavailable) || time.GetElapsedTime(start) > limit)
                return result;
            await time.DelayAsync(result.RetryAfter ?? Pause, cancellationToken);
        }
    }

    private void Add(string check, bool passed, string message) => _findings.Add(new(check, passed, message) { Action = Guide });
}
