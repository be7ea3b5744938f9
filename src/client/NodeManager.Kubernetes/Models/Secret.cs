namespace NodeManager.Kubernetes.Models;

/// <summary>Its values are never printed, logged or stored on disk.</summary>
public sealed class Secret : KubernetesObject
{
    public string? Type { get; set; }

    /// <summary>Base64 in JSON.</summary>
    public Dictionary<string, byte[]?>? Data { get; set; }

    /// <summary>True: only the metadata can be changed.</summary>
    public bool? Immutable { get; set; }

    public override string ToString() => $"Secret {Metadata.Namespace}/{Metadata.Name}";
}
