namespace NodeManager.Kubernetes.Models;

public sealed class DeleteOptions
{
    public string ApiVersion { get; set; } = "v1";

    public string Kind { get; set; } = "DeleteOptions";

    public long? GracePeriodSeconds { get; set; }

    public Preconditions? Preconditions { get; set; }

    /// <summary><c>Orphan</c>, <c>Background</c> or <c>Foreground</c>.</summary>
    public string? PropagationPolicy { get; set; }

    /// <summary><c>All</c> skips the storage.</summary>
    public List<string>? DryRun { get; set; }
}

public sealed class Preconditions
{
    public string? Uid { get; set; }

    public string? ResourceVersion { get; set; }
}

/// <summary>policy/v1 (from 1.22) or policy/v1beta1 Eviction, posted to a pod's subresource.</summary>
public sealed class Eviction : KubernetesObject
{
    public DeleteOptions? DeleteOptions { get; set; }
}
