using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.NodePools;

namespace NodeManager.Providers.PoolService;

/// <summary>What a pool service's client is made of.</summary>
public sealed record PoolServiceSettings
{
    /// <summary>Address, user, routes, TLS.</summary>
    public required PoolServiceConfiguration Configuration { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>Carries the requests; null: a connection as the configuration says. Disposed with the client.</summary>
    public HttpMessageHandler? Transport { get; init; }

    /// <summary>The controller behind the service, where it is known: the embedded one.</summary>
    public IPoolController? Controller { get; init; }

    /// <summary>The bearer token of a service that needs no configuration: the embedded one.</summary>
    public string? Token { get; init; }
}
