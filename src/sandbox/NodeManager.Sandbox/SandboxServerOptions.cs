namespace NodeManager.Sandbox;

public sealed record SandboxServerOptions
{
    /// <summary>On 127.0.0.1; 0 selects a free one.</summary>
    public int Port { get; init; }

    /// <summary>The kubeconfig's path, created with mode 0600; null: a temporary folder, deleted with the server.</summary>
    public string? KubeconfigPath { get; init; }

    /// <summary>False writes no kubeconfig; <see cref="SandboxServer.Access"/> has its content.</summary>
    public bool WritesKubeconfig { get; init; } = true;

    /// <summary>
    /// Stores the server's key, certificate and token, created if missing, so that a restarted server on the same port is the same for its
    /// clients. Null: a new identity each time.
    /// </summary>
    public string? IdentityPath { get; init; }
}
