using System.Text.Json;

namespace NodeManager.Autoscaling.Resources;

/// <summary>
/// Room to keep free for future pods. Source: <c>CapacityBuffer</c> of <c>autoscaling.x-k8s.io/v1beta1</c> (kubernetes/autoscaler).
/// </summary>
public sealed class CapacityBuffer : NodeSmithObject<CapacityBufferSpec, CapacityBufferStatus>;

public sealed class CapacityBufferSpec : PreservedPart
{
    /// <summary>The only strategy that keeps nodes running.</summary>
    public const string ActiveCapacity = "buffer.x-k8s.io/active-capacity";

    /// <summary>Null: <see cref="ActiveCapacity"/>. Buffers of other strategies belong to other controllers.</summary>
    public string? ProvisioningStrategy { get; set; }

    /// <summary>A PodTemplate in the same namespace; excludes <see cref="ScalableRef"/>.</summary>
    public CapacityBufferReference? PodTemplateRef { get; set; }

    public CapacityBufferScalableReference? ScalableRef { get; set; }

    /// <summary>The number of pods. The larger of this and <see cref="Percentage"/> counts.</summary>
    public int? Replicas { get; set; }

    /// <summary>Of the scalable object's replicas, rounded up, at least 1.</summary>
    public int? Percentage { get; set; }

    /// <summary>
    /// Limits the number to what fits into these; alone: exactly as many as fit. Each a quantity, as text or as a number.
    /// </summary>
    public Dictionary<string, JsonElement>? Limits { get; set; }
}

public sealed class CapacityBufferReference : PreservedPart
{
    public string Name { get; set; } = "";
}

public sealed class CapacityBufferScalableReference : PreservedPart
{
    public string? ApiGroup { get; set; }

    public string Kind { get; set; } = "";

    public string Name { get; set; } = "";
}

public sealed class CapacityBufferStatus : PreservedPart
{
    public CapacityBufferReference? PodTemplateRef { get; set; }

    public int? Replicas { get; set; }

    public long? PodTemplateGeneration { get; set; }

    public List<NodeSmithCondition>? Conditions { get; set; }

    public string? ProvisioningStrategy { get; set; }
}
