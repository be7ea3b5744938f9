namespace NodeManager.Kubernetes.Configuration;

/// <summary>Which kubeconfig, and what of it. Nulls mean what kubectl would take.</summary>
public sealed record KubeconfigRequest
{
    /// <summary>One or more files; null: <c>KUBECONFIG</c>, else <c>~/.kube/config</c>.</summary>
    public IReadOnlyList<string>? Paths { get; init; }

    /// <summary>Null: the current context.</summary>
    public string? Context { get; init; }

    /// <summary>Overrides the context's namespace.</summary>
    public string? Namespace { get; init; }

    /// <summary>Act as this user (<c>Impersonate-User</c>).</summary>
    public string? ImpersonateUser { get; init; }

    public IReadOnlyList<string> ImpersonateGroups { get; init; } = [];

    /// <summary>Do not verify the server's certificate. The user said so.</summary>
    public bool SkipTlsVerify { get; init; }
}
