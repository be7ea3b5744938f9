using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Core.Machines;
using NodeManager.Core.Operations;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Patching;
using NodeManager.Providers.Http;

namespace NodeManager.Providers.ClusterApi;

/// <summary>
/// Carries out the steps of a claim: reads the owner, decides one step, does it, and reads again. All writes require that the object is as it
/// was read; a conflict leads to another reading.
/// </summary>
internal sealed class OwnerWork(
    KubernetesClient client,
    ClusterApiReader reader,
    ClusterApiChanges changes,
    MachineProviderSettings settings,
    TimeSpan limit
)
{
    // Decisions of one owner follow each other, so that two claims neither conflict nor mark Machines for each other's scale-down.
    private readonly ClaimTurns _turns = new();

    /// <summary>Runs until the claim's work ends; Pending after the time limit.</summary>
    public async Task<OwnerStep.End> RunAsync(
        MachineOwnerReference owner,
        string claim,
        Func<OwnerState, Task<OwnerStep>> decide,
        CancellationToken cancellationToken
    )
    {
        Deadline deadline = new(settings.Time, limit);
        ClusterApiKinds kinds = await reader.GetKindsAsync(cancellationToken);
        while (true)
        {
            Task changed = changes.Next(kinds);
            OwnerStep step = await AdvanceAsync(owner, claim, decide, cancellationToken);
            if (step is OwnerStep.End end)
                return end;
            string why = ((OwnerStep.Wait)step).Why;
            if (deadline.IsOver)
                return new(MachineOutcome.Pending, why);
            try
            {
                await changed.WaitAsync(deadline.Remaining, settings.Time, cancellationToken);
            }
            catch (TimeoutException)
            {
                return new(MachineOutcome.Pending, why);
            }
        }
    }

    /// <summary>Assigns a Machine to an open claim, without any change of the replicas.</summary>
    public Task AssignAsync(MachineOwnerReference owner, string claim, CancellationToken cancellationToken) =>
        AdvanceAsync(
            owner,
            claim,
            state =>
                Task.FromResult(
                    state.Record.Owners.GetValueOrDefault(claim) != settings.Owner
                        ? new OwnerStep.Wait("")
                        : ScaleUpRules.Next(state, claim, settings.Owner, static _ => true) switch
                        {
                            OwnerStep.Write { Change.Replicas: not null } => new OwnerStep.Wait(""),
                            var step => step,
                        }
                ),
            cancellationToken
        );

    /// <summary>Until a step waits or ends.</summary>
    private async Task<OwnerStep> AdvanceAsync(
        MachineOwnerReference owner,
        string claim,
        Func<OwnerState, Task<OwnerStep>> decide,
        CancellationToken cancellationToken
    )
    {
        using IDisposable turn = await _turns.EnterAsync(owner.ToString(), cancellationToken);
        ClusterMachine? marked = null;
        try
        {
            while (true)
            {
                OwnerState state = await reader.ReadAsync(owner, cancellationToken);
                OwnerStep step = await decide(state);
                switch (step)
                {
                    case OwnerStep.Wait or OwnerStep.End:
                        return step;
                    case OwnerStep.MarkForDeletion mark:
                        marked = mark.Machine;
                        await TryAsync(() => MarkAsync(mark.Machine, claim, cancellationToken));
                        break;
                    case OwnerStep.Write write:
                        // Whether the number was lowered is unknown until the server answers: then the mark has to stay.
                        ClusterMachine? before = marked;
                        marked = null;
                        if (!await TryAsync(() => WriteAsync(state, write.Change, cancellationToken)))
                            marked = before;
                        break;
                    case OwnerStep.Restore restore:
                        if (!await TryAsync(() => WriteAsync(state, restore.Change, cancellationToken)))
                            break;
                        await WithdrawAsync(restore.Marked, cancellationToken);
                        return new OwnerStep.End(MachineOutcome.Refused, restore.Why, restore.Marked);
                    case OwnerStep.Withdraw withdraw:
                        await WithdrawAsync(withdraw.Machine, cancellationToken);
                        break;
                    case OwnerStep.Adopt adopt:
                        await TryAsync(() => AdoptAsync(adopt.Machine, claim, cancellationToken));
                        break;
                }
            }
        }
        finally
        {
            if (marked is not null)
                await CallOffAsync(marked);
        }
    }

    /// <summary>Takes the mark of this provider from a Machine.</summary>
    public async Task WithdrawAsync(ClusterMachine machine, CancellationToken cancellationToken)
    {
        ClusterApiKinds kinds = await reader.GetKindsAsync(cancellationToken);
        ClusterMachine? current = await client.FindAsync(
            kinds.Machines,
            machine.Metadata.Name,
            machine.Metadata.Namespace,
            cancellationToken
        );
        if (current is not null && current.Uid == machine.Uid && ScaleDownRules.IsOurs(current))
            await TryAsync(() => AnnotateAsync(current, OwnerState.DeleteAnnotation, null, cancellationToken));
    }

    // A removal that ended before the replicas were lowered.
    private async Task CallOffAsync(ClusterMachine machine)
    {
        using CancellationTokenSource ended = CleanUpLimit.Start();
        try
        {
            await WithdrawAsync(machine, ended.Token);
        }
        catch (Exception e) when (e is OperationCanceledException || KubernetesFailures.Translate(e, default) is not null)
        {
            // The next list of the Machines withdraws it.
        }
    }

    private async Task WriteAsync(OwnerState state, OwnerChange change, CancellationToken cancellationToken) =>
        await client.PatchAsync(
            (await reader.GetKindsAsync(cancellationToken)).OwnersOf(state.Reference.Kind),
            state.Owner.Metadata.Name,
            state.Owner.Metadata.Namespace,
            Patch.Merge(change.ToPatch(state.Owner)),
            cancellationToken
        );

    private Task AdoptAsync(ClusterMachine machine, string claim, CancellationToken cancellationToken) =>
        AnnotateAsync(
            machine,
            OwnerState.MarkAnnotation,
            new MachineMark(settings.Owner, claim, machine.Uid, machine.Metadata.Name, IsComplete: true).Format(),
            cancellationToken
        );

    private Task MarkAsync(ClusterMachine machine, string claim, CancellationToken cancellationToken) =>
        AnnotateAsync(
            machine,
            OwnerState.DeleteAnnotation,
            $"{OwnerState.DeletePrefix}{claim} {settings.Time.GetUtcNow().UtcDateTime.ToString("O", CultureInfo.InvariantCulture)}",
            cancellationToken
        );

    private async Task AnnotateAsync(ClusterMachine machine, string annotation, string? value, CancellationToken cancellationToken) =>
        await client.PatchAsync(
            (await reader.GetKindsAsync(cancellationToken)).Machines,
            machine.Metadata.Name,
            machine.Metadata.Namespace,
            Patch.Merge(
                new()
                {
                    ["metadata"] = new JsonObject
                    {
                        ["uid"] = machine.Uid,
                        ["resourceVersion"] = machine.Metadata.ResourceVersion,
                        ["annotations"] = new JsonObject { [annotation] = value },
                    },
                }
            ),
            cancellationToken
        );

    /// <summary>False if the object has changed or is gone: the next reading shows how.</summary>
    private static async Task<bool> TryAsync(Func<Task> write)
    {
        try
        {
            await write();
            return true;
        }
        catch (KubernetesException e) when (e.Code is HttpStatusCode.Conflict or HttpStatusCode.NotFound)
        {
            return false;
        }
    }
}
