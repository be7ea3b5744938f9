using NodeManager.Autoscaling.Providers;
using NodeManager.Autoscaling.Reconciliation;
using NodeManager.Controllers.Queueing;
using NodeManager.Core.Machines;

namespace NodeManager.Autoscaling.Pools;

/// <summary>Reports whether a provider can be used, and holds it while a claim needs it.</summary>
internal sealed class ProviderReconciler(AutoscalerScope scope, ClaimCreator creator)
{
    private static readonly TimeSpan TestInterval = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan MissingPause = TimeSpan.FromSeconds(30);
    private static readonly MachineProviderFinding Usable = new("Available", true, "Its settings are valid and it answers.");

    public async Task<ReconcileResult> ReconcileAsync(ReconcileKey key, CancellationToken cancellationToken)
    {
        if (scope.Providers.Find(key.Namespace, key.Name) is not { } provider)
            return ReconcileResult.Done;
        bool isHeld = NodeSmithWriter<NodeSmithProvider, NodeSmithProviderSpec, NodeSmithProviderStatus>.IsHeld(provider);
        if (provider.Metadata.DeletionTimestamp is not null)
        {
            if (!isHeld)
                return ReconcileResult.Done;
            int users = (await creator.ListAsync(cancellationToken)).Count(claim => IsOf(claim, provider));
            if (users == 0)
            {
                await scope.ProviderWriter.ReleaseAsync(provider, cancellationToken);
                return ReconcileResult.Done;
            }

            await WriteAsync(
                provider,
                new("InUse", true, $"The provider is being deleted; it is removed after its {users} claims are gone."),
                cancellationToken
            );
            return ReconcileResult.RequeueAfter(MissingPause);
        }

        if (!isHeld)
            provider = await scope.ProviderWriter.AddFinalizerAsync(provider, cancellationToken);
        MachineProviderAccess access = await scope.Options.Providers.OpenAsync(provider, cancellationToken);
        if (access.Provider is not { } opened)
        {
            await WriteAsync(provider, new(access.Reason, false, access.Message), cancellationToken);
            return ReconcileResult.RequeueAfter(MissingPause);
        }

        MachineProviderFinding finding = (await ProviderFindings.ReadAsync(opened, cancellationToken)).Worst() ?? Usable;
        await WriteAsync(provider, finding, cancellationToken);
        return ReconcileResult.RequeueAfter(IsUsable(finding) ? TestInterval : MissingPause);
    }

    /// <summary>True if the claim's machine belongs, or will belong, to the provider.</summary>
    public bool IsOf(NodeSmithClaim claim, NodeSmithProvider provider) =>
        (
            claim.Status?.ProviderRef is { Length: > 0 } used
                ? used
                : scope.Pools.Find(claim.Metadata.Namespace, claim.Spec.PoolRef)?.Spec.ProviderRef
        ) == provider.Metadata.Name;

    // A provider without capacity, or with a partial failure, keeps its machines and may create others: it is available, and degraded.
    private static bool IsUsable(MachineProviderFinding finding) => finding.Passed || finding.Weight == MachineFindingWeight.Limited;

    private Task<NodeSmithProvider> WriteAsync(
        NodeSmithProvider provider,
        MachineProviderFinding finding,
        CancellationToken cancellationToken
    ) =>
        scope.ProviderWriter.WriteStatusAsync(
            provider,
            status =>
            {
                status.ObservedGeneration = provider.Metadata.Generation;
                // A reason is one word; a check's name is a provider's own.
                string word = finding.Check.Length > 0 && finding.Check.All(char.IsAsciiLetterOrDigit) ? finding.Check : "Failed";
                bool isUsable = IsUsable(finding);
                MachineProviderFinding available = isUsable && !finding.Passed ? Usable : finding;
                Set(NodeSmithConditions.Available, isUsable, isUsable && !finding.Passed ? available.Check : word, available.Message);
                Set(NodeSmithConditions.Degraded, !finding.Passed, word, finding.Message);

                void Set(string type, bool state, string reason, string message) =>
                    status.Conditions = status.Conditions.With(
                        type,
                        state ? "True" : "False",
                        reason,
                        message,
                        scope.Now,
                        provider.Metadata.Generation
                    );
            },
            cancellationToken
        );
}
