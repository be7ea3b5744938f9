using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Features.Authentication;

namespace NodeManager.Server.Api;

/// <summary>The server of an application without a port, which answers forwarded requests.</summary>
internal sealed class MountedServer : IServer, IHostLifetime
{
    // Features of the other application, which this one determines itself.
    private static readonly HashSet<Type> Foreign =
    [
        typeof(IServiceProvidersFeature),
        typeof(IEndpointFeature),
        typeof(IRouteValuesFeature),
        typeof(IHttpAuthenticationFeature),
        typeof(IItemsFeature),
        typeof(IHttpActivityFeature),
        typeof(IHttpMetricsTagsFeature),
        typeof(IQueryFeature),
        typeof(IFormFeature),
        typeof(IRequestCookiesFeature),
        typeof(IResponseCookiesFeature),
    ];

    private Func<IFeatureCollection, Task>? _answer;

    public IFeatureCollection Features { get; } = new FeatureCollection();

    /// <summary>Answers a forwarded request.</summary>
    public Task AnswerAsync(HttpContext context)
    {
        var features = new FeatureCollection();
        foreach ((Type type, object feature) in context.Features)
            if (!Foreign.Contains(type))
                features[type] = feature;
        return (_answer ?? throw new InvalidOperationException("The application has not started."))(features);
    }

    Task IServer.StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
    {
        _answer = async features =>
        {
            TContext context = application.CreateContext(features);
            Exception? failure = null;
            try
            {
                await application.ProcessRequestAsync(context);
            }
            catch (Exception problem)
            {
                failure = problem;
                throw;
            }
            finally
            {
                application.DisposeContext(context, failure);
            }
        };
        return Task.CompletedTask;
    }

    Task IServer.StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // The application ends with the forwarding one and receives no signals.
    Task IHostLifetime.WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostLifetime.StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() { }
}
