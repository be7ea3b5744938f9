using System.Text.Json.Serialization;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Providers.ClusterApi;

/// <summary>
/// A Machine of Cluster API. The fields are those that v1beta1 and v1beta2 have in common. Source:
/// https://cluster-api.sigs.k8s.io/developer/providers/contracts/overview
/// </summary>
internal sealed class ClusterMachine : KubernetesObject
{
    public ClusterMachineSpec Spec
    {
        get;
        set => field = value ?? new();
    } = new();

    public ClusterMachineStatus Status
    {
        get;
        set => field = value ?? new();
    } = new();

    [JsonIgnore]
    public string Uid => Metadata.Uid ?? "";

    [JsonIgnore]
    public bool IsDeleting => Metadata.DeletionTimestamp is not null;
}

internal sealed class ClusterMachineSpec
{
    public string? ProviderID { get; set; }

    public string? FailureDomain { get; set; }
}

internal sealed class ClusterMachineStatus
{
    public string? Phase { get; set; }

    public ClusterNodeReference? NodeRef { get; set; }
}

internal sealed class ClusterNodeReference
{
    public string? Name { get; set; }
}

/// <summary>A MachineDeployment or a MachineSet.</summary>
internal sealed class MachineOwner : KubernetesObject
{
    public MachineOwnerSpec Spec
    {
        get;
        set => field = value ?? new();
    } = new();

    public MachineOwnerStatus Status
    {
        get;
        set => field = value ?? new();
    } = new();

    /// <summary>True once its controller has seen the last change of the spec.</summary>
    [JsonIgnore]
    public bool IsObserved => Status.ObservedGeneration >= (Metadata.Generation ?? 0);
}

internal sealed class MachineOwnerSpec
{
    public string ClusterName { get; set; } = "";

    /// <summary>Null: 1.</summary>
    public int? Replicas { get; set; }

    public bool? Paused { get; set; }
}

internal sealed class MachineOwnerStatus
{
    public long? ObservedGeneration { get; set; }
}

internal sealed class MachineCluster : KubernetesObject
{
    public MachineClusterSpec Spec
    {
        get;
        set => field = value ?? new();
    } = new();
}

internal sealed class MachineClusterSpec
{
    public bool? Paused { get; set; }
}

internal sealed class MachineHealthCheck : KubernetesObject
{
    public MachineHealthCheckSpec Spec
    {
        get;
        set => field = value ?? new();
    } = new();
}

internal sealed class MachineHealthCheckSpec
{
    public string ClusterName { get; set; } = "";

    public LabelSelector? Selector { get; set; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(KubernetesList<ClusterMachine>))]
[JsonSerializable(typeof(KubernetesList<MachineOwner>))]
[JsonSerializable(typeof(KubernetesList<MachineCluster>))]
[JsonSerializable(typeof(KubernetesList<MachineHealthCheck>))]
[JsonSerializable(typeof(ApiGroup))]
internal sealed partial class ClusterApiJson : JsonSerializerContext;

/// <summary>The kinds of Cluster API in one of its versions.</summary>
internal sealed record ClusterApiKinds(string Version)
{
    public const string Group = "cluster.x-k8s.io";
    public const string MachineDeployment = nameof(MachineDeployment),
        MachineSet = nameof(MachineSet);

    /// <summary>The supported versions, best first.</summary>
    public static IReadOnlyList<string> Versions { get; } = ["v1beta2", "v1beta1"];

    public ResourceType<ClusterMachine> Machines { get; } = Type<ClusterMachine>(Version, "machines");

    public ResourceType<MachineOwner> MachineSets { get; } = Type<MachineOwner>(Version, "machinesets");

    public ResourceType<MachineOwner> MachineDeployments { get; } = Type<MachineOwner>(Version, "machinedeployments");

    public ResourceType<MachineCluster> Clusters { get; } = Type<MachineCluster>(Version, "clusters");

    public ResourceType<MachineHealthCheck> HealthChecks { get; } = Type<MachineHealthCheck>(Version, "machinehealthchecks");

    public ResourceType<MachineOwner> OwnersOf(string kind) => kind == MachineSet ? MachineSets : MachineDeployments;

    private static ResourceType<T> Type<T>(string version, string plural)
        where T : KubernetesObject => new(Group, version, plural, true, ClusterApiJson.Default.Options);
}
