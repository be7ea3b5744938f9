namespace NodeManager.Sandbox.Http;

/// <summary>What one client may take of the server.</summary>
internal sealed record ServerLimits
{
    public static ServerLimits Default { get; } = new();

    public int Connections { get; init; } = 2000;

    /// <summary>Bytes of a request's line and headers together.</summary>
    public int HeadBytes { get; init; } = 64 * 1024;

    public int Headers { get; init; } = 100;

    /// <summary>Bytes of a body; as the real API server bounds it.</summary>
    public int BodyBytes { get; init; } = 3 * 1024 * 1024;

    /// <summary>From which size on an answer is compressed for clients that ask.</summary>
    public int CompressFrom { get; init; } = 128 * 1024;

    public TimeSpan Handshake { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection may wait for its next request.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>From the first byte of a request to its last.</summary>
    public TimeSpan Request { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a client may take nothing of an answer.</summary>
    public TimeSpan Write { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a refused body is read on and thrown away, so that its sender sees the answer.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromSeconds(5);
}
