using NodeManager.Autoscaling.Reconciliation;
using NodeManager.Autoscaling.Resources;
using NodeManager.Core.Machines;
using NodeManager.Kubernetes.Timing;
using NodeManager.Kubernetes.Validation;

namespace NodeManager.Autoscaling.Claims;

/// <summary>How often a claim may try to get a machine, for how long, and what it asks for. Pure.</summary>
public static class ClaimAttempts
{
    /// <summary>After so many attempts a claim has failed.</summary>
    public const int Most = 3;

    public static readonly TimeSpan DefaultRegistrationTimeout = TimeSpan.FromMinutes(5);

    // What a machine has where neither claim nor pool says it.
    private const long DefaultCores = 2,
        DefaultMemory = 2048;

    /// <summary>True where an attempt was begun, and neither brought a machine nor was given up.</summary>
    public static bool IsOpen(NodeSmithClaim claim) =>
        claim.Status is { LaunchAttempts: > 0, ProviderID: null or "" } status
        && status.Conditions.Find(NodeSmithConditions.Launched)?.Status == "Unknown";

    /// <summary>True where a machine may exist for it.</summary>
    public static bool MayHaveMachine(NodeSmithClaim claim) =>
        claim.Status is { } status && (status.LaunchAttempts > 0 || !string.IsNullOrEmpty(status.ProviderID));

    public static bool HasFailed(NodeSmithClaim claim) => claim.Status?.Conditions.IsTrue(NodeSmithConditions.Failed) == true;

    /// <summary>How long its node may take to register, and again to become Ready.</summary>
    public static TimeSpan TimeoutOf(NodeSmithPool? pool) =>
        pool?.Spec.RegistrationTimeout is { } text && GoDuration.Parse(text) is { Ticks: > 0 } timeout
            ? timeout
            : DefaultRegistrationTimeout;

    /// <summary>The claim's own name where a machine may have it; always the same for a claim.</summary>
    public static string MachineNameOf(NodeSmithClaim claim) =>
        claim.MachineName is { Length: > 0 } given ? given
        : KubernetesNames.CheckLabel(claim.Metadata.Name) is null ? claim.Metadata.Name
        : $"nsc-{claim.Metadata.Uid!.Replace("-", "", StringComparison.Ordinal)}";

    /// <summary>What the claim's machine has.</summary>
    public static (long CpuCores, long MemoryMiB) SizeOf(NodeSmithClaim claim, NodeSmithPool? pool)
    {
        NodeSmithSize? asked = claim.Spec.Requirements,
            least = pool?.Spec.MachineTemplate.Minimum;
        NodeSmithShape? shape = claim.Spec.Shape is { Length: > 0 } name
            ? pool?.Spec.MachineTemplate.Shapes?.Find(one => one.Name == name)
            : null;
        return (
            asked?.CpuCores ?? shape?.CpuCores ?? least?.CpuCores ?? DefaultCores,
            asked?.MemoryMiB ?? shape?.MemoryMiB ?? least?.MemoryMiB ?? DefaultMemory
        );
    }

    /// <summary>The request to the provider, the same each time.</summary>
    public static MachineRequest RequestOf(NodeSmithClaim claim, NodeSmithPool pool, bool isFirst)
    {
        (long cores, long memory) = SizeOf(claim, pool);
        NodeSmithMachineTemplate template = pool.Spec.MachineTemplate;
        return new(claim.Metadata.Uid!, MachineNameOf(claim), cores, memory)
        {
            IsFirstAttempt = isFirst,
            Pool = pool.Metadata.Name,
            Zone = claim.Spec.Zone is { Length: > 0 } zone ? zone : null,
            Labels = NodeRegistration.LabelsOf(pool),
            Taints =
            [
                .. (template.Taints ?? [])
                    .Concat(template.StartupTaints ?? [])
                    .Select(static one => $"{one.Key}{(one.Value is { Length: > 0 } value ? $"={value}" : "")}:{one.Effect}"),
            ],
        };
    }

    /// <summary>What a claim's machine is recognized by.</summary>
    public static MachineIdentity IdentityOf(NodeSmithClaim claim) =>
        new(claim.Status?.ProviderID is { Length: > 0 } id ? id : null, MachineNameOf(claim), claim.Metadata.Uid!);
}
