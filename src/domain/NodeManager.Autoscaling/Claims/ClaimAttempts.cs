using NodeManager.Core.Machines;
using NodeManager.Kubernetes.Timing;
using NodeManager.Kubernetes.Validation;

namespace NodeManager.Autoscaling.Claims;

/// <summary>The limits of a claim's attempts, and its requests.</summary>
public static class ClaimAttempts
{
    /// <summary>A claim fails after this number of attempts.</summary>
    public const int MaximumAttempts = 3;

    public static readonly TimeSpan DefaultRegistrationTimeout = TimeSpan.FromMinutes(5);

    // The machine size without one in claim or pool.
    private const long DefaultCores = 2,
        DefaultMemory = 2048;

    /// <summary>True if an attempt is in progress: no machine yet, and not given up.</summary>
    public static bool IsOpen(NodeSmithClaim claim) =>
        claim.Status is { LaunchAttempts: > 0, ProviderID: null or "" } status
        && status.Conditions.Find(NodeSmithConditions.Launched)?.Status == "Unknown";

    /// <summary>True where a machine may exist for it.</summary>
    public static bool MayHaveMachine(NodeSmithClaim claim) =>
        claim.Status is { } status && (status.LaunchAttempts > 0 || !string.IsNullOrEmpty(status.ProviderID));

    public static bool HasFailed(NodeSmithClaim claim) => claim.Status?.Conditions.IsTrue(NodeSmithConditions.Failed) == true;

    /// <summary>The timeout of the node's registration, and again of its readiness.</summary>
    public static TimeSpan TimeoutOf(NodeSmithPool? pool) =>
        pool?.Spec.RegistrationTimeout is { } text && GoDuration.Parse(text) is { Ticks: > 0 } timeout
            ? timeout
            : DefaultRegistrationTimeout;

    /// <summary>The claim's own name if a machine may have it; constant for a claim.</summary>
    public static string MachineNameOf(NodeSmithClaim claim) =>
        claim.MachineName is { Length: > 0 } given ? given
        : KubernetesNames.CheckLabel(claim.Metadata.Name) is null ? claim.Metadata.Name
        : $"nsc-{claim.Metadata.Uid!.Replace("-", "", StringComparison.Ordinal)}";

    /// <summary>The size of the claim's machine.</summary>
    public static (long CpuCores, long MemoryMiB) SizeOf(NodeSmithClaim claim, NodeSmithPool? pool)
    {
        NodeSmithSize? asked = claim.Spec.Requirements,
            minimum = pool?.Spec.MachineTemplate.Minimum;
        NodeSmithShape? shape = pool?.Spec.MachineTemplate.FindShape(claim.Spec.Shape);
        return (
            asked?.CpuCores ?? shape?.CpuCores ?? minimum?.CpuCores ?? DefaultCores,
            asked?.MemoryMiB ?? shape?.MemoryMiB ?? minimum?.MemoryMiB ?? DefaultMemory
        );
    }

    /// <summary>The request to the provider, equal for all attempts.</summary>
    public static MachineRequest RequestOf(NodeSmithClaim claim, NodeSmithPool pool, bool isFirst)
    {
        (long cores, long memory) = SizeOf(claim, pool);
        NodeSmithMachineTemplate template = pool.Spec.MachineTemplate;
        return new(claim.Metadata.Uid!, MachineNameOf(claim), cores, memory)
        {
            IsFirstAttempt = isFirst,
            Pool = pool.Metadata.Name,
            Zone = claim.Spec.Zone is { Length: > 0 } zone ? zone : null,
            Labels = NodeRegistration.LabelsOf(pool, claim),
            Architecture = template.FindShape(claim.Spec.Shape)?.Labels?.GetValueOrDefault("kubernetes.io/arch"),
            Shape = claim.Spec.Shape ?? "",
            Resources = ExpectedResources.Of(pool, claim.Spec.Shape),
            Taints =
            [
                .. (template.Taints ?? [])
                    .Concat(template.StartupTaints ?? [])
                    .Select(static one => $"{one.Key}{(one.Value is { Length: > 0 } value ? $"={value}" : "")}:{one.Effect}"),
            ],
        };
    }

    public static MachineIdentity IdentityOf(NodeSmithClaim claim) =>
        new(claim.Status?.ProviderID is { Length: > 0 } id ? id : null, MachineNameOf(claim), claim.Metadata.Uid!);
}
