using NodeManager.Core.Sessions;
using NodeManager.Server.Clusters;

namespace NodeManager.Server.Demonstration;

/// <summary>
/// Fills the pages of the console while the demo is served: each has something to show that really happened. Failures are logged, and the
/// other pages are filled.
/// </summary>
internal sealed partial class DemoService(ClusterSession cluster, DemoWork work, DemoAutoscaler autoscaler, ILogger<DemoService> logger)
    : BackgroundService
{
    /// <summary>Who the records of the demo name.</summary>
    public const string User = "demo";

    /// <summary>Completes when each page has content, or could not be filled.</summary>
    public Task Filled => _filled.Task;

    private readonly TaskCompletionSource _filled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using IDisposable requester = Requester.Use(User);
        try
        {
            IReadOnlyList<ClusterNode> nodes = await work.ChooseNodesAsync(stoppingToken);
            await Task.WhenAll(
                TryAsync("the scheduler", () => work.ReviseSchedulerAsync(stoppingToken)),
                TryAsync("alerts", () => work.AlertAsync(nodes, stoppingToken)),
                TryAsync("plans of agents", () => work.RequestPlanAsync(nodes, stoppingToken)),
                TryAsync("maintenances", () => work.MaintainAsync(nodes, stoppingToken)),
                TryAsync("the autoscaler", () => autoscaler.StartAsync(stoppingToken))
            );
            _filled.TrySetResult();
            await work.KeepPlanAsync(nodes, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
        catch (Exception problem) when (problem is NodeManagerException or InvalidOperationException)
        {
            if (cluster.IsOpen)
                LogFailure(logger, "the console", problem);
        }
        finally
        {
            _filled.TrySetResult();
        }
    }

    private async Task TryAsync(string what, Func<Task> fill)
    {
        try
        {
            await fill();
        }
        catch (Exception problem) when (problem is not OperationCanceledException && cluster.IsOpen)
        {
            LogFailure(logger, what, problem);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The demo could not fill the page of {What}.")]
    private static partial void LogFailure(ILogger logger, string what, Exception problem);
}
