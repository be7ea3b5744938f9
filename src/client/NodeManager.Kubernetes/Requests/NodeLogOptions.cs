namespace NodeManager.Kubernetes.Requests;

/// <summary>
/// A log query of a kubelet. Source: https://kubernetes.io/docs/concepts/cluster-administration/system-logs/#log-query. There is no
/// <c>untilTime</c>: kubelets up to 1.36 use <c>sinceTime</c> in its place, and fail without one.
/// </summary>
public sealed record NodeLogOptions
{
    /// <summary>The name of a service, or with a slash the path of a file below <c>/var/log</c>, for which kubelets take no other option.</summary>
    public required string Query { get; init; }

    /// <summary>The last lines, at most 100,000; null: all.</summary>
    public int? TailLines { get; init; }

    /// <summary>Kubelets take it as a time in the time zone of the node, whatever its own zone is.</summary>
    public DateTime? SinceTime { get; init; }

    /// <summary>0 or less.</summary>
    public int? Boot { get; init; }

    public string? Pattern { get; init; }
}
