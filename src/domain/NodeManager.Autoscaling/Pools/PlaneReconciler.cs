using NodeManager.Autoscaling.Reconciliation;
using NodeManager.Controllers.Queueing;

namespace NodeManager.Autoscaling.Pools;

/// <summary>Reports whether a control plane's pools can be managed, and the time of the last check.</summary>
internal sealed class PlaneReconciler(AutoscalerScope scope)
{
    public async Task<ReconcileResult> ReconcileAsync(ReconcileKey key, CancellationToken cancellationToken)
    {
        if (scope.Planes.Find(key.Namespace, key.Name) is not { Metadata.DeletionTimestamp: null } plane)
            return ReconcileResult.Done;
        var wrong = new List<string>();
        foreach (string name in plane.Spec.Pools ?? [])
        {
            if (scope.Pools.Find(key.Namespace, name) is not { } pool)
                wrong.Add($"NodeSmithPool {name} does not exist.");
            else if (pool.Status?.Conditions.Find(NodeSmithConditions.Available) is { Status: "False" } missing)
                wrong.Add($"NodeSmithPool {name} is not available: {missing.Message}");
        }

        TimeSpan age = scope.Time.GetUtcNow() - (plane.Status?.LastSyncTime ?? default);
        bool isDue = age >= scope.Options.ResyncInterval || age < TimeSpan.Zero;
        await scope.PlaneWriter.WriteStatusAsync(
            plane,
            status =>
            {
                bool isWell = wrong.Count == 0;
                string message = isWell ? $"All {plane.Spec.Pools?.Count ?? 0} pools are available." : string.Join(' ', wrong);
                status.ObservedGeneration = plane.Metadata.Generation;
                if (isDue)
                    status.LastSyncTime = scope.Now;
                status.Conditions = status
                    .Conditions.With(
                        NodeSmithConditions.Available,
                        isWell ? "True" : "False",
                        isWell ? "Available" : "PoolsMissing",
                        message,
                        scope.Now,
                        plane.Metadata.Generation
                    )
                    .With(
                        NodeSmithConditions.Degraded,
                        isWell ? "False" : "True",
                        isWell ? "Healthy" : "PoolsMissing",
                        message,
                        scope.Now,
                        plane.Metadata.Generation
                    );
            },
            cancellationToken
        );
        return ReconcileResult.RequeueAfter(scope.Options.ResyncInterval);
    }
}
