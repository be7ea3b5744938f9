namespace NodeManager.Kubernetes.Models;

/// <summary>The resources of a group version.</summary>
public sealed class ApiResourceList
{
    public string GroupVersion { get; set; } = "";

    public List<ApiResource> Resources { get; set; } = [];
}

public sealed class ApiResource
{
    public string Name { get; set; } = "";

    public string? SingularName { get; set; }

    public bool Namespaced { get; set; }

    /// <summary>The group of the subresource's kind, if different: <c>policy</c> for pods/eviction.</summary>
    public string? Group { get; set; }

    /// <summary>The version of the subresource's kind, if different: <c>v1</c> or <c>v1beta1</c> for pods/eviction.</summary>
    public string? Version { get; set; }

    public string Kind { get; set; } = "";

    public List<string> Verbs { get; set; } = [];
}

public sealed class ApiGroup
{
    public string Name { get; set; } = "";

    public List<GroupVersion> Versions { get; set; } = [];

    public GroupVersion? PreferredVersion { get; set; }
}

public sealed class GroupVersion
{
    [System.Text.Json.Serialization.JsonPropertyName("groupVersion")]
    public string Name { get; set; } = "";

    public string Version { get; set; } = "";
}

/// <summary>The response of <c>/version</c>.</summary>
public sealed class VersionInfo
{
    public string Major { get; set; } = "";

    public string Minor { get; set; } = "";

    public string GitVersion { get; set; } = "";

    public string? Platform { get; set; }
}
