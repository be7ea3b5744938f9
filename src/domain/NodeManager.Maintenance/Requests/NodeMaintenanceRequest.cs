using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Maintenance.Requests;

/// <summary>
/// Work that the server in the cluster executes after its caller has ended (<c>deploy/server/crd.yaml</c>). It has no fields for scripts
/// and for options that bypass a safeguard. Its name is the id of the run.
/// </summary>
internal sealed class NodeMaintenanceRequest : KubernetesObject
{
    public DetachedSpec Spec
    {
        get;
        set => field = value ?? new();
    } = new();

    /// <summary>Null until a server has started it.</summary>
    public DetachedStatus? Status { get; set; }

    /// <summary>True when it is completed.</summary>
    [JsonIgnore]
    public bool IsOver => Status?.EndedAt is not null;

    [JsonIgnore]
    public bool IsDrain => Spec.Type == DetachedType.Drain;
}

internal static class DetachedType
{
    /// <summary>Drain the nodes and leave them cordoned.</summary>
    public const string Drain = "Drain";

    /// <summary>Drain the nodes batch by batch, wait for the requested state, return them to service.</summary>
    public const string Maintenance = "Maintenance";
}

internal sealed class DetachedSpec
{
    public string Type { get; set; } = DetachedType.Maintenance;

    public List<DetachedTarget> Nodes { get; set; } = [];

    /// <summary>The requesting user by their own account; the API server's audit log has the authenticated one.</summary>
    public string? RequestedBy { get; set; }

    /// <summary>Set by the user who stops it.</summary>
    public string? StopRequestedBy { get; set; }

    public string? Reason { get; set; }

    public List<string>? Windows { get; set; }

    public DetachedRules? Maintenance { get; set; }

    /// <summary>The options of the drain, see <see cref="DetachedOptions"/>.</summary>
    public JsonObject? Drain { get; set; }
}

internal sealed class DetachedTarget
{
    public string Name { get; set; } = "";

    /// <summary>A node that registers again under the name is another node.</summary>
    public string? Uid { get; set; }
}

internal sealed class DetachedRules
{
    public string? MaxUnavailable { get; set; }

    public string? TopologyKey { get; set; }

    public bool? WaitForReboot { get; set; }

    public bool? IncludeControlPlane { get; set; }

    public long? WaitReadyTimeoutSeconds { get; set; }

    public long? SoakSeconds { get; set; }

    public string? OnError { get; set; }
}

internal sealed class DetachedStatus
{
    public string Phase { get; set; } = NodeMaintenanceRunStatus.Pending;

    public string Message { get; set; } = "";

    /// <summary>The current or last server.</summary>
    public string Holder { get; set; } = "";

    public long? ObservedGeneration { get; set; }

    public DateTimeOffset? StartedAt { get; set; }

    /// <summary>Null while it runs.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    public int Total { get; set; }

    public int Completed { get; set; }

    public int Failed { get; set; }

    public List<DetachedNode> Nodes { get; set; } = [];

    /// <summary>The last warnings of a drain.</summary>
    public List<string>? Warnings { get; set; }
}

/// <summary>The progress of a node.</summary>
internal sealed record DetachedNode
{
    public string Name { get; init; } = "";

    public string Uid { get; init; } = "";

    public string Status { get; init; } = NodeMaintenanceStatus.Pending;

    public string Step { get; init; } = "";

    // An empty text is not stored, and read as null.
    public string Message
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>What its drain waits for, or failed on.</summary>
    public IReadOnlyList<string> Blockers { get; init; } = [];

    /// <summary>0 to 100; null if unknown.</summary>
    public int? Percent { get; init; }

    /// <summary>How its drain ended; null before that, and in requests of many nodes.</summary>
    public DetachedResult? Result { get; init; }
}

/// <summary>How the drain of a node ended. Its texts are truncated: a request has one for each of its nodes.</summary>
internal sealed record DetachedResult
{
    /// <summary>See <see cref="NodeDrainStatus"/>.</summary>
    public string Status { get; init; } = "";

    public int Evicted { get; init; }

    public string? Message { get; init; }

    public IReadOnlyList<string> Blockers { get; init; } = [];

    /// <summary>The last warnings about pods that are not ready or do not end.</summary>
    public IReadOnlyList<string> Events { get; init; } = [];

    /// <summary>The ErrorId; null for a drained node.</summary>
    public string? Error { get; init; }

    public string? Action { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(NodeMaintenanceRequest))]
[JsonSerializable(typeof(KubernetesList<NodeMaintenanceRequest>))]
internal sealed partial class DetachedJson : JsonSerializerContext;

internal static class DetachedResources
{
    public const string Group = "nodemanager.io";

    public const string ApiVersion = Group + "/v1alpha1";

    public const string Kind = nameof(NodeMaintenanceRequest);

    public static ResourceType<NodeMaintenanceRequest> Requests { get; } =
        new(Group, "v1alpha1", "nodemaintenancerequests", true, DetachedJson.Default.Options);
}
