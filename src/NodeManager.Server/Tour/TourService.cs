using NodeManager.Server.Clusters;

namespace NodeManager.Server.Tour;

/// <summary>Tours the embedded cluster before anything is served.</summary>
internal sealed class TourService(ClusterSession cluster, Terminal terminal) : IHostedLifecycleService
{
    public bool HasSucceeded { get; private set; }

    public async Task StartingAsync(CancellationToken cancellationToken) =>
        HasSucceeded = await new ClusterTour(cluster.Session, terminal).RunAsync(cluster.Startup, cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
