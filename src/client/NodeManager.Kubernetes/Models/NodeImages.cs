namespace NodeManager.Kubernetes.Models;

/// <summary>A node, of which its images alone are read: they are most of a node's text, and few ask for them.</summary>
public sealed class NodeImages : KubernetesObject
{
    public NodeImagesStatus Status { get; set; } = new();
}

public sealed class NodeImagesStatus
{
    public List<ContainerImage>? Images { get; set; }
}

public sealed class ContainerImage
{
    public List<string>? Names { get; set; }

    public long? SizeBytes { get; set; }
}
