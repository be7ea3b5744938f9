using NodeManager.Server.Clusters;

namespace NodeManager.Server.Tour;

/// <summary>Tours the embedded cluster: while the console is served, or before anything else with --once.</summary>
internal sealed class TourService(ClusterSession cluster, Terminal terminal, bool isServed) : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource _stopped = new();
    private Task _tour = Task.CompletedTask;

    public bool HasSucceeded { get; private set; }

    /// <summary>Starts the tour of a served cluster. A failure is a line of output: what is served stays.</summary>
    /// <param name="settled">Completes when the first page is served. The tour lists the whole cluster, so it waits.</param>
    /// <param name="ended">Called after the tour, unless the host stops.</param>
    public void Begin(Task settled, Action ended) => _tour = Task.Run(() => GuideAsync(settled, ended, _stopped.Token));

    public Task StartingAsync(CancellationToken cancellationToken) => isServed ? Task.CompletedTask : RunAsync(cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await _stopped.CancelAsync();
        await _tour;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _stopped.Dispose();

    private async Task RunAsync(CancellationToken cancellationToken) =>
        HasSucceeded = await new ClusterTour(cluster.Session, terminal).RunAsync(cluster.Startup, cancellationToken);

    private async Task GuideAsync(Task settled, Action ended, CancellationToken cancellationToken)
    {
        try
        {
            await settled.WaitAsync(cancellationToken);
            await RunAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return;
        }
        catch (NodeManagerException problem)
        {
            // The console's users may change what the tour shows, such as the node that it drains.
            terminal.Line($"The tour ended early: {problem.Message}");
        }

        ended();
    }
}
