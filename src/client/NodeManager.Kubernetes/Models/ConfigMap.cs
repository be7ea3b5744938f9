namespace NodeManager.Kubernetes.Models;

public sealed class ConfigMap : KubernetesObject
{
    public Dictionary<string, string>? Data { get; set; }

    /// <summary>Nothing but its metadata can be changed any more.</summary>
    public bool? Immutable { get; set; }
}
