using System.Diagnostics;
using NodeManager.Core.Configuration;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Configuration;
using NodeManager.Sandbox;
using NodeManager.Server.Options;
using NodeManager.Sessions;

namespace NodeManager.Server.Clusters;

/// <summary>The session of the served cluster, opened before other services start and ended with the host.</summary>
/// <param name="isProtected">Every change requires a confirmation with the cluster's name.</param>
/// <param name="listed">What the controllers of an embedded cluster wait for; null for other clusters.</param>
internal sealed class ClusterSession(
    Func<CancellationToken, Task<NodeManagerSession>> open,
    bool isProtected = false,
    TaskCompletionSource? listed = null
) : IHostedLifecycleService, IDisposable
{
    private NodeManagerSession? _session;

    public NodeManagerSession Session => _session ?? throw new InvalidOperationException("The host has not started.");

    /// <summary>A session exists and is connected.</summary>
    public bool IsOpen => _session is { State: NodeManagerSessionState.Connected };

    /// <summary>The time until the cluster answered.</summary>
    public TimeSpan Startup { get; private set; }

    /// <summary>From a handover, an embedded cluster, a kubeconfig or the pod's service account, by the options.</summary>
    public static ClusterSession Of(ServerOptions options, ILogger logger)
    {
        // With --once, the tour runs before any service that lists nodes.
        TaskCompletionSource? listed = options.Once ? null : new(TaskCreationOptions.RunContinuationsAsynchronously);
        return new(stop => ConnectAsync(options, logger, listed?.Task, stop), options.Protected, listed);
    }

    /// <summary>Lets the controllers of an embedded cluster begin. Until then, the first page has all cores.</summary>
    public void BeginControllers() => listed?.TrySetResult();

    private static Task<NodeManagerSession> ConnectAsync(ServerOptions options, ILogger logger, Task? listed, CancellationToken stop)
    {
        if (options.Handed is { } handed)
            return HandedCluster.ConnectAsync(handed, logger, stop);
        if (options.Kubeconfig is { } request)
            return SessionFactory.ConnectAsync(Kubeconfig.Load(request), "Kubeconfig", logger, TimeProvider.System, stop);
        if (options.Command == ServerCommand.Autoscaler || options.InCluster)
            return SessionFactory.ConnectAsync(Kubeconfig.LoadInCluster(), "InCluster", logger, TimeProvider.System, stop);
        return StartSandboxAsync(options, logger, listed, stop);
    }

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        NodeManagerSession session = await open(cancellationToken);
        if (isProtected)
            session.Protect();
        // A server does not belong to a folder, so the project's file is ignored.
        ClusterProtection.Apply(session, ConfigurationLayers.LoadUser());
        _session = session;
        Startup = Stopwatch.GetElapsedTime(started);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _session?.Dispose();

    private static Task<NodeManagerSession> StartSandboxAsync(
        ServerOptions options,
        ILogger logger,
        Task? listed,
        CancellationToken cancellationToken
    )
    {
        SandboxCluster sandbox = SandboxCluster.Start(
            new()
            {
                Nodes = options.Nodes,
                Seed = options.Seed,
                Version = options.Version,
                Programs = SandboxPrograms.All,
                ControllersAfter = listed,
            }
        );
        return SessionFactory.ConnectAsync(
            "sandbox",
            sandbox.Server,
            sandbox.CreateTransport(),
            sandbox,
            logger,
            sandbox.Time,
            cancellationToken
        );
    }
}
