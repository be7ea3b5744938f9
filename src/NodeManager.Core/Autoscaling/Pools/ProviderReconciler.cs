using NodeManager.Controllers.Queueing;
using NodeManager.Core.Autoscaling.Providers;
using NodeManager.Core.Autoscaling.Resources;
using NodeManager.Core.Autoscaling.State;
using NodeManager.Core.Machines;

namespace NodeManager.Core.Autoscaling.Pools;

/// <summary>Says whether a provider can be used, and keeps it as long as a claim needs it.</summary>
internal sealed class ProviderReconciler(AutoscalerScope scope, ClaimCreator creator)
{
    private static readonly TimeSpan TestInterval = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan MissingPause = TimeSpan.FromSeconds(30);

    public async Task<ReconcileResult> ReconcileAsync(ReconcileKey key, CancellationToken cancellationToken)
    {
        if (scope.Providers.Find(key.Namespace, key.Name) is not { } provider) return ReconcileResult.Done;
        bool isHeld = NodeSmithWriter<NodeSmithProvider, NodeSmithProviderSpec, NodeSmithProviderStatus>.IsHeld(provider);
        if (provider.Metadata.DeletionTimestamp is not null)
        {
            if (!isHeld) return ReconcileResult.Done;
            int users = (await creator.ListAsync(cancellationToken)).Count(claim => IsOf(claim, provider));
            if (users == 0)
            {
                await scope.ProviderWriter.ReleaseAsync(provider, cancellationToken);
                return ReconcileResult.Done;
            }

            await WriteAsync(provider, "True", "InUse", $"The provider is being deleted; it is removed after its {users} claims are gone.", cancellationToken);
            return ReconcileResult.Again(MissingPause);
        }

        if (!isHeld) provider = await scope.ProviderWriter.HoldAsync(provider, cancellationToken);
        MachineProviderAccess access = await scope.Options.Providers.OpenAsync(provider, cancellationToken);
        if (access.Provider is not { } opened)
        {
            await WriteAsync(provider, "False", access.Reason, access.Message, cancellationToken);
            return ReconcileResult.Again(MissingPause);
        }

        MachineProviderFinding? failed = opened is ITestableMachineProvider testable ? (await testable.TestAsync(cancellationToken)).FirstOrDefault(static one => !one.Passed) : null;
        await WriteAsync(provider, failed is null ? "True" : "False", failed?.Check ?? "Available", failed?.Message ?? "Its settings are valid and it answers.", cancellationToken);
        return ReconcileResult.Again(failed is null ? TestInterval : MissingPause);
    }

    /// <summary>Whether the claim's machine is, or will be, the provider's.</summary>
    public bool IsOf(NodeSmithClaim claim, NodeSmithProvider provider) =>
        (claim.Status?.ProviderRef is { Length: > 0 } used ? used : scope.Pools.Find(claim.Metadata.Namespace, claim.Spec.PoolRef)?.Spec.ProviderRef) == provider.Metadata.Name;

    private Task<NodeSmithProvider> WriteAsync(NodeSmithProvider provider, string state, string reason, string message, CancellationToken cancellationToken) => scope.ProviderWriter.WriteStatusAsync(
        provider,
        status =>
        {
            status.ObservedGeneration = provider.Metadata.Generation;
            // A reason is one word; a check's name is a provider's own.
            string word = reason.Length > 0 && reason.All(char.IsAsciiLetterOrDigit) ? reason : "Failed";
            status.Conditions = status.Conditions.With(NodeSmithConditions.Available, state, word, message, scope.Now, provider.Metadata.Generation)
                .With(NodeSmithConditions.Degraded, state == "True" ? "False" : "True", word, message, scope.Now, provider.Metadata.Generation);
        },
        cancellationToken);
}
