using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeManager.Autoscaling.Resources;

/// <summary>A part of an object that keeps unknown fields, so that writing it back loses nothing.</summary>
public abstract class PreservedPart
{
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; set; }
}

/// <summary>The common base of the four kinds.</summary>
public abstract class NodeSmithObject<TSpec, TStatus> : KubernetesObject
    where TSpec : new()
    where TStatus : class, new()
{
    /// <summary>Never null: a claim written by hand may have an empty spec, which servers refuse.</summary>
    public TSpec Spec
    {
        get;
        set => field = value ?? new();
    } = new();

    /// <summary>Null until a controller has written it.</summary>
    public TStatus? Status { get; set; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; set; }
}

/// <summary>A condition by the API conventions.</summary>
public sealed class NodeSmithCondition : PreservedPart
{
    public string Type { get; set; } = "";

    /// <summary><c>True</c>, <c>False</c> or <c>Unknown</c>.</summary>
    public string Status { get; set; } = "";

    public string Reason { get; set; } = "";

    public string Message { get; set; } = "";

    public long? ObservedGeneration { get; set; }

    public DateTimeOffset LastTransitionTime { get; set; }
}

/// <summary>A reference to a Secret in any namespace.</summary>
public sealed class NodeSmithSecretReference : PreservedPart
{
    public string? Name { get; set; }

    public string? Namespace { get; set; }
}

/// <summary>CPU and memory in whole units.</summary>
public sealed class NodeSmithSize : PreservedPart
{
    public long? CpuCores { get; set; }

    public long? MemoryMiB { get; set; }
}
