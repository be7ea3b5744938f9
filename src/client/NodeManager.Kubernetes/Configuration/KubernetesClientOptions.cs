using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace NodeManager.Kubernetes.Configuration;

/// <summary>What a client is made of besides its cluster.</summary>
public sealed record KubernetesClientOptions
{
    public TimeProvider Time { get; init; } = TimeProvider.System;

    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>Wraps the transport; tests inject faults here.</summary>
    public Func<HttpMessageHandler, HttpMessageHandler>? WrapTransport { get; init; }
}
