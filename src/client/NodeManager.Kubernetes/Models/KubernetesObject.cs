namespace NodeManager.Kubernetes.Models;

/// <summary>
/// What every object of the API has. The classes here hold the fields that we read, no more: everything is changed by patches,
/// so what we do not know is never lost.
/// </summary>
public abstract class KubernetesObject
{
    public string? ApiVersion { get; set; }

    public string? Kind { get; set; }

    public ObjectMeta Metadata { get; set; } = new();
}
