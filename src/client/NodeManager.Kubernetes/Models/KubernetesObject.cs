namespace NodeManager.Kubernetes.Models;

/// <summary>
/// The base of API objects. The models only have the fields that are read; all changes are patches, so unknown fields are kept.
/// </summary>
public abstract class KubernetesObject
{
    public string? ApiVersion { get; set; }

    public string? Kind { get; set; }

    public ObjectMeta Metadata { get; set; } = new();
}
