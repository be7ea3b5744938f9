namespace NodeManager.Kubernetes.Models;

/// <summary>The resources of a group version.</summary>
public sealed class ApiResourceList
{
    public List<ApiResource> Resources { get; set; } = [];
}

public sealed class ApiResource
{
    /// <summary>The plural; of a subresource <c>plural/subresource</c>.</summary>
    public string Name { get; set; } = "";

    public string Kind { get; set; } = "";

    /// <summary>The version of the subresource's kind, if different: <c>v1</c> or <c>v1beta1</c> for pods/eviction.</summary>
    public string? Version { get; set; }
}

public sealed class ApiGroup
{
    public List<GroupVersion> Versions { get; set; } = [];
}

public sealed class GroupVersion
{
    public string Version { get; set; } = "";
}

/// <summary>The response of <c>/version</c>.</summary>
public sealed class VersionInfo
{
    public string Minor { get; set; } = "";

    public string GitVersion { get; set; } = "";
}
