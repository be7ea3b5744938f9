namespace NodeManager.Kubernetes.Models;

/// <summary>A node with its name, UID and images only. Images are most of its JSON and rarely needed.</summary>
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
