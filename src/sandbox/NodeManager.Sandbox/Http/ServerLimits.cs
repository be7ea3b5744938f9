namespace NodeManager.Sandbox.Http;

/// <summary>Limits per client.</summary>
internal sealed record ServerLimits
{
    public static ServerLimits Default { get; } = new();

    public int Connections { get; init; } = 2000;

    /// <summary>Bytes of request line and headers.</summary>
    public int HeadBytes { get; init; } = 64 * 1024;

    public int Headers { get; init; } = 100;

    /// <summary>Bytes of a body, as in the real API server.</summary>
    public int BodyBytes { get; init; } = 3 * 1024 * 1024;

    /// <summary>The minimum size for compression.</summary>
    public int CompressFrom { get; init; } = 128 * 1024;

    public TimeSpan Handshake { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest wait for the next request.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>From the first byte of a request to its last.</summary>
    public TimeSpan Request { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The longest block of a write.</summary>
    public TimeSpan Write { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the rest of a refused body is read, so that its sender sees the response.</summary>
    public TimeSpan DiscardTimeout { get; init; } = TimeSpan.FromSeconds(5);
}
