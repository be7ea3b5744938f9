using System.Text.Json;
using System.Text.Json.Serialization;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.SchedulerControl.Discovery;

/// <summary>The fields of a Deployment that show whether and how it runs a scheduler.</summary>
internal sealed class DeploymentManifest : KubernetesObject
{
    public static ResourceType<DeploymentManifest> Type { get; } = new("apps", "v1", "deployments", true, ManifestJson.Default.Options);

    public DeploymentManifestSpec Spec { get; set; } = new();

    public WorkloadStatus Status { get; set; } = new();
}

internal sealed class DeploymentManifestSpec
{
    public int? Replicas { get; set; }

    public bool? Paused { get; set; }

    public LabelSelector? Selector { get; set; }

    public StrategyManifest? Strategy { get; set; }

    public PodTemplateManifest Template { get; set; } = new();
}

internal sealed class StrategyManifest
{
    public string? Type { get; set; }
}

internal sealed class PodTemplateManifest
{
    public ObjectMeta Metadata { get; set; } = new();

    public PodManifestSpec Spec { get; set; } = new();
}

internal sealed class PodManifestSpec
{
    public List<ContainerManifest> Containers { get; set; } = [];

    public List<VolumeManifest>? Volumes { get; set; }

    public bool? HostNetwork { get; set; }
}

internal sealed class ContainerManifest
{
    public string Name { get; set; } = "";

    public string? Image { get; set; }

    public List<string>? Command { get; set; }

    public List<string>? Args { get; set; }

    public List<VolumeMountManifest>? VolumeMounts { get; set; }
}

internal sealed class VolumeMountManifest
{
    public string Name { get; set; } = "";

    public string MountPath { get; set; } = "";

    public string? SubPath { get; set; }
}

internal sealed class VolumeManifest
{
    public string Name { get; set; } = "";

    public ConfigMapVolumeManifest? ConfigMap { get; set; }

    public ProjectedVolumeManifest? Projected { get; set; }
}

internal sealed class ProjectedVolumeManifest
{
    public List<ProjectionManifest>? Sources { get; set; }
}

internal sealed class ProjectionManifest
{
    public ConfigMapVolumeManifest? ConfigMap { get; set; }
}

/// <summary>A volume and a projection of a ConfigMap have the same shape.</summary>
internal sealed class ConfigMapVolumeManifest
{
    public string Name { get; set; } = "";

    /// <summary>The file of each key; none: each key is a file of its name.</summary>
    public List<KeyToPathManifest>? Items { get; set; }
}

internal sealed class KeyToPathManifest
{
    public string Key { get; set; } = "";

    public string Path { get; set; } = "";
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KubernetesList<DeploymentManifest>))]
internal sealed partial class ManifestJson : JsonSerializerContext;
