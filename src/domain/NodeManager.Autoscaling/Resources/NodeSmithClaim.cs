using System.Text.Json.Serialization;

namespace NodeManager.Autoscaling.Resources;

/// <summary>One desired machine, and its state: Launched, Registered, Initialized, Ready, or Failed.</summary>
public sealed class NodeSmithClaim : NodeSmithObject<NodeSmithClaimSpec, NodeSmithClaimStatus>
{
    /// <summary>The provider's name of the machine, which its node may have; null: unknown.</summary>
    [JsonIgnore]
    internal string? MachineName =>
        Status?.MachineName is { Length: > 0 } kept ? kept : Metadata.Annotations?.GetValueOrDefault(NodeSmithNames.MachineAnnotation);
}

public sealed class NodeSmithClaimSpec : PreservedPart
{
    public string PoolRef { get; set; } = "";

    /// <summary>Set by the creator of the claim, to recognize it after a lost response.</summary>
    public string? IdempotencyKey { get; set; }

    public NodeSmithSize? Requirements { get; set; }

    /// <summary>A Go duration.</summary>
    public string? TerminationGracePeriod { get; set; }

    /// <summary>The chosen shape of the pool.</summary>
    public string? Shape { get; set; }

    public string? Zone { get; set; }
}

public sealed class NodeSmithClaimStatus : PreservedPart
{
    public List<NodeSmithCondition>? Conditions { get; set; }

    public int? LaunchAttempts { get; set; }

    public NodeSmithClaimLease? Lease { get; set; }

    public string? NodeName { get; set; }

    public string? ProviderID { get; set; }

    public string? ProviderRef { get; set; }

    public string? MachineName { get; set; }

    public DateTimeOffset? MachineCreated { get; set; }

    public string? Zone { get; set; }

    public NodeSmithSize? Capacity { get; set; }

    public long? ObservedGeneration { get; set; }
}

/// <summary>The process that works on a claim, and its step.</summary>
public sealed class NodeSmithClaimLease : PreservedPart
{
    public string? Holder { get; set; }

    public DateTimeOffset? LastHeartbeat { get; set; }

    public string? Phase { get; set; }

    public DateTimeOffset? Started { get; set; }

    public int? TimeoutSeconds { get; set; }
}
