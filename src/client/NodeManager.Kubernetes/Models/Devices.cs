using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeManager.Kubernetes.Models;

/// <summary>
/// A ResourceClaim of dynamic resource allocation. The fields are those of resource.k8s.io/v1, v1beta2 and v1beta1. Source:
/// https://kubernetes.io/docs/concepts/scheduling-eviction/dynamic-resource-allocation
/// </summary>
public sealed class ResourceClaim : KubernetesObject
{
    public ResourceClaimSpec Spec { get; set; } = new();

    public ResourceClaimStatus Status { get; set; } = new();
}

public sealed class ResourceClaimTemplate : KubernetesObject
{
    public ResourceClaimTemplateSpec Spec { get; set; } = new();
}

public sealed class ResourceClaimTemplateSpec
{
    public ResourceClaimSpec Spec { get; set; } = new();
}

public sealed class ResourceClaimSpec
{
    public DeviceClaim Devices { get; set; } = new();
}

public sealed class DeviceClaim
{
    public List<DeviceRequest>? Requests { get; set; }

    public List<JsonElement>? Constraints { get; set; }
}

/// <summary>The details of a request: in v1beta1 of the request itself, later in <see cref="DeviceRequest.Exactly"/>.</summary>
public class DeviceRequestDetails
{
    public string? DeviceClassName { get; set; }

    public List<JsonElement>? Selectors { get; set; }

    /// <summary><c>ExactCount</c> (the default) or <c>All</c>.</summary>
    public string? AllocationMode { get; set; }

    /// <summary>Null or 0: 1.</summary>
    public long? Count { get; set; }

    public bool? AdminAccess { get; set; }

    public JsonElement? Capacity { get; set; }
}

public sealed class DeviceRequest : DeviceRequestDetails
{
    public DeviceRequestDetails? Exactly { get; set; }

    public List<JsonElement>? FirstAvailable { get; set; }
}

public sealed class ResourceClaimStatus
{
    public DeviceAllocation? Allocation { get; set; }

    public List<ClaimConsumer>? ReservedFor { get; set; }
}

public sealed class DeviceAllocation
{
    public AllocatedDevices? Devices { get; set; }
}

public sealed class AllocatedDevices
{
    public List<AllocatedDevice>? Results { get; set; }
}

public sealed class AllocatedDevice
{
    public string Driver { get; set; } = "";

    public string Pool { get; set; } = "";

    public string Device { get; set; } = "";
}

public sealed class ClaimConsumer
{
    public string? Resource { get; set; }

    public string? Uid { get; set; }
}

public sealed class DeviceClass : KubernetesObject
{
    public DeviceClassSpec Spec { get; set; } = new();
}

public sealed class DeviceClassSpec
{
    public List<DeviceSelector>? Selectors { get; set; }
}

public sealed class DeviceSelector
{
    public CelSelector? Cel { get; set; }
}

public sealed class CelSelector
{
    public string Expression { get; set; } = "";
}

public sealed class ResourceSlice : KubernetesObject
{
    public ResourceSliceSpec Spec { get; set; } = new();
}

public sealed class ResourceSliceSpec
{
    public string Driver { get; set; } = "";

    public ResourcePool Pool { get; set; } = new();

    /// <summary>Null or empty: the devices are not those of one node.</summary>
    public string? NodeName { get; set; }

    public List<SliceDevice>? Devices { get; set; }
}

public sealed class ResourcePool
{
    public string Name { get; set; } = "";

    public long Generation { get; set; }

    public long ResourceSliceCount { get; set; }
}

/// <summary>The details of a device: in v1beta1 in <see cref="SliceDevice.Basic"/>, later of the device itself.</summary>
public class DeviceDetails
{
    public List<JsonElement>? Taints { get; set; }

    public List<JsonElement>? ConsumesCounters { get; set; }

    public List<JsonElement>? BindingConditions { get; set; }

    public bool? AllowMultipleAllocations { get; set; }

    /// <summary>True for a device that can be allocated once, whole, and without further conditions.</summary>
    [JsonIgnore]
    public bool IsPlain =>
        this
            is {
                Taints: null or { Count: 0 },
                ConsumesCounters: null or { Count: 0 },
                BindingConditions: null or { Count: 0 },
                AllowMultipleAllocations: not true
            };
}

public sealed class SliceDevice : DeviceDetails
{
    public string Name { get; set; } = "";

    public DeviceDetails? Basic { get; set; }
}

public sealed class PodResourceClaim
{
    public string Name { get; set; } = "";

    public string? ResourceClaimName { get; set; }

    public string? ResourceClaimTemplateName { get; set; }

    /// <summary>Why its devices cannot be planned for, as the end of a sentence; empty: not known.</summary>
    [JsonIgnore]
    public string Problem { get; set; } = "";
}
