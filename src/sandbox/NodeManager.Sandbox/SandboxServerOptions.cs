namespace NodeManager.Sandbox;

/// <summary>How an embedded cluster is served.</summary>
public sealed record SandboxServerOptions
{
    /// <summary>Of 127.0.0.1; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>
    /// Where the kubeconfig is written, with the caller's rights alone; null puts it into a temporary folder, where it is gone with the server.
    /// </summary>
    public string? KubeconfigPath { get; init; }

    /// <summary>False writes no kubeconfig: <see cref="SandboxServer.Access"/> has what a client needs, and nothing of it is on disk.</summary>
    public bool WritesKubeconfig { get; init; } = true;

    /// <summary>
    /// A file in which the server's key, certificate and token are kept, made where it is not there: what is served with it again, on the same
    /// port, is the same server to clients with its kubeconfig. Null: a new one each time, kept nowhere.
    /// </summary>
    public string? IdentityPath { get; init; }
}
