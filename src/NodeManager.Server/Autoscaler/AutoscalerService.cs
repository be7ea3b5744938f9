using NodeManager.Autoscaling.Host;
using NodeManager.Autoscaling.Providers;
using NodeManager.Autoscaling.Reconciliation;
using NodeManager.Core.Machines;
using NodeManager.Core.Sessions;
using NodeManager.Providers;
using NodeManager.Server.Clusters;

namespace NodeManager.Server.Autoscaler;

/// <summary>Runs the autoscaler until the host stops. When it fails, the host stops, for whatever started the process to start it again.</summary>
internal sealed class AutoscalerService(
    ClusterSession cluster,
    AutoscalerSettings settings,
    IHostApplicationLifetime host,
    ILogger<AutoscalerService> logger
) : BackgroundService
{
    /// <summary>What ended it; null while it runs, and after a stop that was asked for.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>What it is doing; null before it began and after it ended.</summary>
    public AutoscalerActivity? Activity =>
        ExecuteTask is { IsCompleted: false } ? AutoscalerReader.Observe(cluster.Session, settings.Namespace) : null;

    /// <exception cref="NodeManagerException">ProviderAssemblyInvalid.</exception>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        BuiltInMachineProviders.Register();
        foreach (string path in settings.ProviderAssemblies)
            MachineProviderRegistry.Shared.Load(path);
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        NodeManagerSession session = cluster.Session;
        // A host that is stopped while it starts would report that, and not the failure.
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration registration = host.ApplicationStarted.Register(started.SetResult);
        AutoscalerOptions options = new()
        {
            Namespace = settings.Namespace,
            Providers = session.Connection().MachineProviders(),
            Planner = new RulePlanner(),
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

/// <summary>What the command line says of the autoscaler.</summary>
internal sealed record AutoscalerSettings(string Namespace, IReadOnlyList<string> ProviderAssemblies);
