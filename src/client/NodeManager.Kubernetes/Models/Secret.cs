namespace NodeManager.Kubernetes.Models;

/// <summary>Its values are never printed, logged or kept on disk.</summary>
public sealed class Secret : KubernetesObject
{
    public string? Type { get; set; }

    /// <summary>On the wire in base64.</summary>
    public Dictionary<string, byte[]?>? Data { get; set; }

    /// <summary>Nothing but its metadata can be changed any more.</summary>
    public bool? Immutable { get; set; }

    public override string ToString() => $"Secret {Metadata.Namespace}/{Metadata.Name}";
}
