using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.NodePools;

namespace NodeManager.Providers.PoolService;

public sealed record PoolServiceSettings
{
    /// <summary>Address, user, routes, TLS.</summary>
    public required PoolServiceConfiguration Configuration { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>Null: a connection by the configuration. Disposed with the client.</summary>
    public HttpMessageHandler? Transport { get; init; }

    /// <summary>The controller behind an embedded service.</summary>
    public IPoolController? Controller { get; init; }

    /// <summary>The bearer token of an embedded service, which needs no configuration.</summary>
    public string? Token { get; init; }
}
