namespace NodeManager.Sandbox;

/// <summary>
/// A Kubernetes in memory: an API and what makes it live. Knows nothing of its users; they reach it as any API server, over a transport.
/// </summary>
public sealed class SandboxCluster : IDisposable
{
    private SandboxCluster(SandboxOptions options) => Options = options;

    public SandboxOptions Options { get; }

    /// <summary>The address that the in-process transport answers for.</summary>
    public Uri Server { get; } = new("http://sandbox.invalid/");

    public TimeProvider Time => Options.Time;

    /// <summary>Starts a cluster: seeded, scheduled and ready when this returns.</summary>
    public static SandboxCluster Start(SandboxOptions options) => throw new NotImplementedException();

    /// <summary>A transport into the cluster, in process. Make as many as wanted; disposing one ends only its own requests and watches.</summary>
    public HttpMessageHandler CreateTransport() => throw new NotImplementedException();

    public void Dispose()
    {
    }
}
