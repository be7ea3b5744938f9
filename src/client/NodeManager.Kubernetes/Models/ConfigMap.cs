namespace NodeManager.Kubernetes.Models;

public sealed class ConfigMap : KubernetesObject
{
    public Dictionary<string, string>? Data { get; set; }

    /// <summary>True: only the metadata can be changed.</summary>
    public bool? Immutable { get; set; }
}
