using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Maintenance.Requests;

/// <summary>
/// Work that the server in the cluster does after its caller is gone (<c>deploy/server/crd.yaml</c>). It has no script and nothing that bypasses
/// a safeguard: a field for these does not exist. Its name is the id of the run.
/// </summary>
internal sealed class NodeMaintenanceRequest : KubernetesObject
{
    public DetachedSpec Spec
    {
        get;
        set => field = value ?? new();
    } = new();

    /// <summary>Null until a server has taken it up.</summary>
    public DetachedStatus? Status { get; set; }

    /// <summary>True when nothing more is done about it.</summary>
    [JsonIgnore]
    public bool IsOver => Status?.EndedAt is not null;

    [JsonIgnore]
    public bool IsDrain => Spec.Type == DetachedType.Drain;
}

internal static class DetachedType
{
    /// <summary>Drain the nodes and leave them cordoned.</summary>
    public const string Drain = "Drain";

    /// <summary>Drain the nodes batch by batch, wait for what is wanted, return them to service.</summary>
    public const string Maintenance = "Maintenance";
}

internal sealed class DetachedSpec
{
    /// <summary>See <see cref="DetachedType"/>.</summary>
    public string Type { get; set; } = DetachedType.Maintenance;

    public List<DetachedTarget> Nodes { get; set; } = [];

    /// <summary>Who asked, as they call themselves; the API server's audit log knows.</summary>
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
    /// <summary>See <see cref="NodeMaintenanceRunStatus"/>.</summary>
    public string Phase { get; set; } = NodeMaintenanceRunStatus.Pending;

    public string Message { get; set; } = "";

    /// <summary>The server that works on it, or did last.</summary>
    public string Holder { get; set; } = "";

    public long? ObservedGeneration { get; set; }

    public DateTimeOffset? StartedAt { get; set; }

    /// <summary>Null as long as it is not over.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    public int Total { get; set; }

    public int Completed { get; set; }

    public int Failed { get; set; }

    public List<DetachedNode> Nodes { get; set; } = [];
}

/// <summary>How far it is with a node.</summary>
internal sealed record DetachedNode
{
    public string Name { get; init; } = "";

    public string Uid { get; init; } = "";

    /// <summary>See <see cref="NodeMaintenanceStatus"/>.</summary>
    public string Status { get; init; } = NodeMaintenanceStatus.Pending;

    public string Step { get; init; } = "";

    public string Message { get; init; } = "";

    /// <summary>What its drain waits for, or failed on.</summary>
    public IReadOnlyList<string> Blockers { get; init; } = [];
}

/// <summary>How requests are read and written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(NodeMaintenanceRequest))]
[JsonSerializable(typeof(KubernetesList<NodeMaintenanceRequest>))]
internal sealed partial class DetachedJson : JsonSerializerContext;

/// <summary>The kind as the API serves it.</summary>
internal static class DetachedResources
{
    public const string Group = "nodemanager.io";

    public const string ApiVersion = Group + "/v1alpha1";

    public const string Kind = nameof(NodeMaintenanceRequest);

    public static ResourceType<NodeMaintenanceRequest> Requests { get; } =
        new(Group, "v1alpha1", "nodemaintenancerequests", true, DetachedJson.Default.Options);
}
