namespace NodeManager.Autoscaling.Claims;

/// <summary>Builds a new claim.</summary>
public static class ClaimDraft
{
    /// <param name="sequence">Reserved in the pool's status.</param>
    /// <param name="shape">The pool's shape; empty: none.</param>
    /// <param name="zone">Empty: any.</param>
    /// <param name="plan">The planned machine; null: the claim belongs to an update, or keeps a minimum.</param>
    public static NodeSmithClaim Of(
        NodeSmithPool pool,
        long sequence,
        long cpuCores,
        long memoryMiB,
        string shape,
        string zone,
        PlannedMachine? plan = null
    ) =>
        new()
        {
            ApiVersion = NodeSmithNames.ApiVersion,
            Kind = nameof(NodeSmithClaim),
            Metadata = new()
            {
                Name = $"{pool.Metadata.Name}-{sequence}",
                Namespace = pool.Metadata.Namespace,
                Finalizers = [NodeSmithNames.Finalizer],
                Labels = new() { [NodeRegistration.PoolLabelKeyOf(pool)] = pool.Metadata.Name },
                Annotations = AnnotationsOf(pool, plan),
            },
            Spec = new()
            {
                PoolRef = pool.Metadata.Name,
                IdempotencyKey = $"{pool.Metadata.Uid}/{sequence}",
                Requirements = new() { CpuCores = cpuCores, MemoryMiB = memoryMiB },
                TerminationGracePeriod = pool.Spec.MachineTemplate.TerminationGracePeriod,
                Shape = shape.Length > 0 ? shape : null,
                Zone = zone.Length > 0 ? zone : null,
            },
        };

    private static Dictionary<string, string> AnnotationsOf(NodeSmithPool pool, PlannedMachine? plan)
    {
        Dictionary<string, string> annotations = new() { [NodeSmithNames.TemplateAnnotation] = ClaimTemplate.Of(pool).ToJson() };
        if (plan is { Pods.Count: > 0 })
            annotations[NodeSmithNames.PlanAnnotation] = plan.ToJson();
        if (plan?.Replaces is { } replacement)
            annotations[NodeSmithNames.ReplacesAnnotation] = replacement.ToJson();
        return annotations;
    }
}
