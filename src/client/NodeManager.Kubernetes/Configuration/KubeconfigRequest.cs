namespace NodeManager.Kubernetes.Configuration;

/// <summary>The kubeconfig to read, with overrides. Null: kubectl's default.</summary>
public sealed record KubeconfigRequest
{
    /// <summary>Null: <c>KUBECONFIG</c>, else <c>~/.kube/config</c>.</summary>
    public IReadOnlyList<string>? Paths { get; init; }

    /// <summary>Null: the current context.</summary>
    public string? Context { get; init; }

    public string? Namespace { get; init; }

    /// <summary>The user to impersonate (<c>Impersonate-User</c>).</summary>
    public string? ImpersonateUser { get; init; }

    public IReadOnlyList<string> ImpersonateGroups { get; init; } = [];

    /// <summary>Do not verify the server's certificate, at the user's request.</summary>
    public bool SkipTlsVerify { get; init; }
}
