using NodeManager.Autoscaling.Providers;
using NodeManager.Controllers.Queueing;
using NodeManager.Core.Machines;

namespace NodeManager.Autoscaling.Claims;

/// <summary>Creates the machine of a claim.</summary>
internal sealed class ClaimLauncher(ClaimWork work, AttemptCloser closer)
{
    private static readonly TimeSpan LongPause = TimeSpan.FromMinutes(5);

    public async Task<ReconcileResult> LaunchAsync(NodeSmithClaim claim, CancellationToken cancellationToken)
    {
        string uid = claim.Metadata.Uid!;
        if (work.Leases.Remaining(claim) is { } held)
            return ReconcileResult.RequeueAfter(held);
        bool isOpen = ClaimAttempts.IsOpen(claim);
        if (
            isOpen
            && work.CreatedMachines.TryGetValue(uid, out (int Attempt, Machine Machine) made)
            && made.Attempt == claim.Status!.LaunchAttempts
        )
        {
            await KeepAsync(claim, made.Attempt, made.Machine, null, cancellationToken);
            return ReconcileResult.Done;
        }

        if (work.Backoff.Remaining(uid) is { } wait)
            return ReconcileResult.RequeueAfter(wait);
        string stalled = isOpen ? "Unknown" : "False";
        Task<ReconcileResult> StallAsync(string reason, string message, TimeSpan? after) =>
            work.StallAsync(claim, NodeSmithConditions.Launched, stalled, reason, message, after, cancellationToken);
        if (work.PoolOf(claim) is not { } pool)
            return await StallAsync("PoolNotFound", $"NodeSmithPool {claim.Spec.PoolRef} does not exist.", null);
        MachineProviderAccess access = await work.OpenProviderAsync(claim, pool, cancellationToken);
        if (access.Provider is not { } provider)
            return await StallAsync(access.Reason, access.Message, work.Backoff.Failed(uid, TimeSpan.FromSeconds(30)));
        claim = await KeepImageAsync(claim, pool, cancellationToken);
        // Recorded first, so that it survives a crash: a machine may exist, and where.
        bool isFirst = !isOpen && claim.Status?.LaunchAttempts is null or 0;
        DateTimeOffset begun = isOpen ? default : await ServerClock.ReadAsync(work.Scope.Client, work.Scope.Namespace, cancellationToken);
        long start = work.Scope.Time.GetTimestamp();
        claim = await work.Scope.ClaimWriter.WriteStatusAsync(
            claim,
            status => Begin(claim, status, pool, isOpen, begun),
            cancellationToken
        );
        int attempt = claim.Status!.LaunchAttempts!.Value;
        // From here on there may be a machine again.
        work.Destroyed.TryRemove(uid, out _);
        MachineRequest request = ClaimAttempts.RequestOf(claim, pool, isFirst);
        MachineResult result = await work.Leases.RunWithLeaseAsync(
            claim,
            token => provider.ProvisionAsync(request, token),
            cancellationToken
        );
        claim = work.Scope.Claims.Find(uid) ?? claim;
        if (result is { Outcome: MachineOutcome.Succeeded, Machine: { } machine })
        {
            work.Backoff.Succeeded(uid);
            work.CreatedMachines[uid] = (attempt, machine);
            // The provider's clock may differ: its time counts if it is within this call.
            bool isCredible = !isOpen && machine.CreatedAt > begun && machine.CreatedAt <= begun + work.Scope.Time.GetElapsedTime(start);
            await KeepAsync(claim, attempt, machine, isCredible ? machine.CreatedAt : null, cancellationToken);
            return ReconcileResult.Done;
        }

        return await FailAsync(claim, pool, attempt, result, cancellationToken);
    }

    private async Task<NodeSmithClaim> KeepImageAsync(NodeSmithClaim claim, NodeSmithPool pool, CancellationToken cancellationToken)
    {
        string provider = claim.Status?.ProviderRef is { Length: > 0 } used ? used : pool.Spec.ProviderRef,
            image = work.Scope.Providers.Find(claim.Metadata.Namespace, provider)?.Spec.Describe().Image ?? "";
        return image.Length == 0 || claim.Metadata.Annotations?.GetValueOrDefault(NodeSmithNames.ImageAnnotation) == image
            ? claim
            : await work.Scope.ClaimWriter.AnnotateAsync(claim, NodeSmithNames.ImageAnnotation, image, cancellationToken);
    }

    private void Begin(NodeSmithClaim claim, NodeSmithClaimStatus status, NodeSmithPool pool, bool isOpen, DateTimeOffset begun)
    {
        status.Lease = work.Leases.Take(status.Lease, ClaimLeases.Launching);
        if (isOpen)
            return;
        status.LaunchAttempts = (status.LaunchAttempts ?? 0) + 1;
        status.ProviderRef = status.ProviderRef is { Length: > 0 } known ? known : pool.Spec.ProviderRef;
        status.MachineName = ClaimAttempts.MachineNameOf(claim);
        // Its node will be younger than this.
        status.MachineCreated = begun;
        work.Conditions(claim)
            .Missing(
                status,
                NodeSmithConditions.Launched,
                "Unknown",
                "Launching",
                $"Attempt {status.LaunchAttempts} of {ClaimAttempts.MaximumAttempts}: provider {status.ProviderRef} is creating the machine."
            );
    }

    private async Task KeepAsync(
        NodeSmithClaim claim,
        int attempt,
        Machine machine,
        DateTimeOffset? created,
        CancellationToken cancellationToken
    )
    {
        string message = $"Provider {claim.Status?.ProviderRef} created machine {machine.Name} ({machine.ProviderId}).";
        NodeSmithClaim? written = await work.Scope.ClaimWriter.KeepStatusAsync(
            claim,
            now => now.Status?.LaunchAttempts == attempt && string.IsNullOrEmpty(now.Status.ProviderID),
            status =>
            {
                status.ProviderID = machine.ProviderId;
                status.MachineName = machine.Name;
                if (created is { } exact)
                    status.MachineCreated = NodeSmithConditionList.Seconds(exact);
                status.Zone = machine.Zone.Length > 0 ? machine.Zone : null;
                status.Capacity = new() { CpuCores = (long)machine.CpuCores, MemoryMiB = machine.Memory >> 20 };
                status.Lease = null;
                work.Conditions(claim).Done(status, NodeSmithConditions.Launched, message);
            },
            cancellationToken
        );
        if (written is null)
            return;
        if (written.Status?.MachineName is null)
            await KeepNameAsync(written, machine.Name, cancellationToken);
        work.Seen.Begin(claim.Metadata.Uid!, SeenOf(attempt));
        work.Record(claim, "Launch", message);
        await work.Scope.RecordEventAsync(claim, "Normal", "Launched", message, cancellationToken);
    }

    // The server dropped the field: its CRDs are those of an earlier release, or the original ones.
    private async Task KeepNameAsync(NodeSmithClaim claim, string name, CancellationToken cancellationToken)
    {
        const string Advice =
            "The NodeSmith definitions in the cluster are older than this program: status.machineName is not kept. Update them with Install-NodeAutoscaler, or apply deploy/crds.";
        if (work.WarnsOfDefinitions())
            work.Scope.Observer.Warning(Advice);
        await work.Scope.ClaimWriter.AnnotateAsync(claim, NodeSmithNames.MachineAnnotation, name, cancellationToken);
        await work.Scope.RecordEventAsync(claim, "Warning", "DefinitionsOutdated", Advice, cancellationToken);
    }

    private async Task<ReconcileResult> FailAsync(
        NodeSmithClaim claim,
        NodeSmithPool pool,
        int attempt,
        MachineResult result,
        CancellationToken cancellationToken
    )
    {
        string reason = result.Outcome == MachineOutcome.Failed ? "LaunchFailed" : result.Outcome.ToString();
        // The provider failed permanently: a partial machine is deleted, and the attempt counts.
        if (result.Outcome is MachineOutcome.Failed or MachineOutcome.Invalid)
            return await closer.CloseAsync(
                claim,
                pool,
                reason,
                $"Attempt {attempt} of {ClaimAttempts.MaximumAttempts} failed: {result.Reason}",
                result.Outcome == MachineOutcome.Invalid,
                cancellationToken
            );
        TimeSpan after = work.Backoff.Failed(claim.Metadata.Uid!, result.RetryAfter ?? (result.IsTransient ? null : LongPause));
        return await work.StallAsync(claim, NodeSmithConditions.Launched, "Unknown", reason, result.Reason, after, cancellationToken);
    }

    internal static string SeenOf(int attempt) => $"{NodeSmithConditions.Launched} {attempt}";
}
