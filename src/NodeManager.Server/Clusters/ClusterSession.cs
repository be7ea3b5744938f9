using System.Diagnostics;
using NodeManager.Core.Configuration;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Configuration;
using NodeManager.Sandbox;
using NodeManager.Server.Options;
using NodeManager.Sessions;

namespace NodeManager.Server.Clusters;

/// <summary>The session to the cluster that is served: opened before the host starts anything else, ended with the host.</summary>
/// <param name="open">Opens it.</param>
/// <param name="isProtected">Every change needs a confirmation that names the cluster.</param>
internal sealed class ClusterSession(Func<CancellationToken, Task<NodeManagerSession>> open, bool isProtected = false)
    : IHostedLifecycleService,
        IDisposable
{
    private NodeManagerSession? _session;

    /// <exception cref="InvalidOperationException">The host has not started.</exception>
    public NodeManagerSession Session => _session ?? throw new InvalidOperationException("The host has not started.");

    /// <summary>Whether there is one, and its cluster has not been given up.</summary>
    public bool IsOpen => _session is { State: NodeManagerSessionState.Connected };

    /// <summary>How long it took until the cluster answered.</summary>
    public TimeSpan Startup { get; private set; }

    /// <summary>Of one that was handed over, of an embedded cluster, of one from a kubeconfig, or of the one that this is a pod of, as the options say.</summary>
    public static ClusterSession Of(ServerOptions options, ILogger logger) =>
        new(
            stop =>
                options.Handed is { } handed ? HandedCluster.ConnectAsync(handed, logger, stop)
                : options.Kubeconfig is { } request
                    ? SessionFactory.ConnectAsync(Kubeconfig.Load(request), "Kubeconfig", logger, TimeProvider.System, stop)
                : options.Command == ServerCommand.Autoscaler || options.InCluster
                    ? SessionFactory.ConnectAsync(Kubeconfig.LoadInCluster(), "InCluster", logger, TimeProvider.System, stop)
                : StartSandboxAsync(options, logger, stop),
            options.Protected
        );

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        NodeManagerSession session = await open(cancellationToken);
        if (isProtected)
            session.Protect();
        // The project's file belongs to folders, and a server to none.
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

    private static Task<NodeManagerSession> StartSandboxAsync(ServerOptions options, ILogger logger, CancellationToken cancellationToken)
    {
        SandboxCluster sandbox = SandboxCluster.Start(
            new()
            {
                Nodes = options.Nodes,
                Seed = options.Seed,
                Version = options.Version,
                Programs = SandboxPrograms.All,
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
