using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace NodeManager.Kubernetes.Configuration;

public sealed record KubernetesClientOptions
{
    public TimeProvider Time { get; init; } = TimeProvider.System;

    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>Wraps the transport, for fault injection in tests.</summary>
    public Func<HttpMessageHandler, HttpMessageHandler>? WrapTransport { get; init; }
}
