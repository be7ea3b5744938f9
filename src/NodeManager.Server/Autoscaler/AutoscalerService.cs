using NodeManager.Autoscaling.Host;
using NodeManager.Autoscaling.Providers;
using NodeManager.Autoscaling.Reconciliation;
using NodeManager.Core.Machines;
using NodeManager.Core.Sessions;
using NodeManager.NodePools.Updates;
using NodeManager.Server.Clusters;

namespace NodeManager.Server.Autoscaler;

/// <summary>Runs the autoscaler until the host stops. Its failure stops the host, so that the process is restarted.</summary>
internal sealed class AutoscalerService(
    ClusterSession cluster,
    AutoscalerSettings settings,
    IHostApplicationLifetime host,
    ILogger<AutoscalerService> logger
) : BackgroundService
{
    /// <summary>Null while it runs, and after a requested stop.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Null before the start and after the end.</summary>
    public AutoscalerActivity? Activity =>
        ExecuteTask is { IsCompleted: false } ? AutoscalerReader.Observe(cluster.Session, settings.Namespace) : null;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (string path in settings.ProviderAssemblies)
            MachineProviderRegistry.Shared.Load(path);
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        NodeManagerSession session = cluster.Session;
        // A host that stops while it starts would report that instead of the failure.
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration registration = host.ApplicationStarted.Register(started.SetResult);
        AutoscalerOptions options = new()
        {
            Namespace = settings.Namespace,
            Providers = session.Connection().MachineProviders(),
            Planner = new RulePlanner(),
            LeaderWork = (leader, observer, stop) => AbandonedPoolUpdates.RunAsync(leader, settings.Namespace, observer, stop),
        };
        try
        {
            await started.Task.WaitAsync(stoppingToken);
            await AutoscalerHost.RunAsync(session, options, once: false, new LogObserver(logger), stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
        catch (Exception failure)
        {
            Failure = failure;
            host.StopApplication();
        }
    }
}

/// <summary>The autoscaler's options of the command line.</summary>
internal sealed record AutoscalerSettings(string Namespace, IReadOnlyList<string> ProviderAssemblies);
