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
}
