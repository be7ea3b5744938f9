using NodeManager.Autoscaling.Providers;
using NodeManager.Autoscaling.Reconciliation;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;

namespace NodeManager.Autoscaling.Host;

/// <summary>Runs an autoscaler: waits until it leads, then acts; one of several does.</summary>
public static class AutoscalerHost
{
    /// <summary>The kind of its operation.</summary>
    public const string Kind = "NodeAutoscaler";

    /// <summary>Starts it in the background. It ends with the session, and when it is cancelled.</summary>
    public static RunningOperation Start(NodeManagerSession session, AutoscalerOptions options) =>
        RunningOperation.Start(
            Kind,
            $"namespace {options.Namespace} in cluster '{session.Cluster}'",
            session.Time(),
            context => RunAsync(session, options, once: false, context, context.Token)
        );

    /// <summary>Checks that the CRDs are installed and that this user has an autoscaler's permissions.</summary>
    /// <exception cref="NodeManagerException">AutoscalerNotInstalled, Forbidden.</exception>
    public static Task CheckAsync(NodeManagerSession session, string ns, CancellationToken cancellationToken) =>
        ClusterOperation.RunAsync(
            session,
            session,
            async (connection, token) =>
            {
                await NodeSmithErrors.InstalledAsync(
                    session.Cluster,
                    connection.Client.ListAsync(NodeSmithResources.Claims, new() { Namespace = ns }, token)
                );
                await PermissionCheck.RequireAsync(
                    connection,
                    session,
                    [
                        new()
                        {
                            Verb = "patch",
                            Group = "coordination.k8s.io",
                            Resource = "leases",
                            Namespace = ns,
                        },
                        new()
                        {
                            Verb = "create",
                            Group = NodeSmithResources.Claims.Group,
                            Resource = NodeSmithResources.Claims.Plural,
                            Namespace = ns,
                        },
                        new()
                        {
                            Verb = "patch",
                            Group = NodeSmithResources.Claims.Group,
                            Resource = NodeSmithResources.Claims.Plural,
                            Namespace = ns,
                        },
                    ],
                    token
                );
                return true;
            },
            cancellationToken
        );

    /// <param name="once">True to end when no claim is in progress; otherwise it runs until cancelled.</param>
    /// <param name="observer">Receives messages and progress.</param>
    /// <param name="cancellationToken">Stops it within seconds. The next leader continues its work.</param>
    /// <exception cref="NodeManagerException">
    /// AutoscalerNotInstalled: the CustomResourceDefinitions are missing. Other refusals of the server. SessionClosed.
    /// </exception>
    public static Task RunAsync(
        NodeManagerSession session,
        AutoscalerOptions options,
        bool once,
        IOperationObserver observer,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync(
            session,
            options.Namespace,
            async (connection, token) =>
            {
                var run = new AutoscalerRun(session, connection, options, observer);
                RunningAutoscalers running = connection.Get<RunningAutoscalers>();
                using IDisposable entry = running.Enter(run);
                await run.RunAsync(once, token);
                return true;
            },
            cancellationToken
        );
}

/// <summary>The running autoscalers of a session.</summary>
internal sealed class RunningAutoscalers
{
    private readonly Lock _lock = new();
    private readonly List<AutoscalerRun> _runs = [];

    public IReadOnlyList<AutoscalerRun> All
    {
        get
        {
            lock (_lock)
                return [.. _runs];
        }
    }

    public IDisposable Enter(AutoscalerRun run)
    {
        lock (_lock)
            _runs.Add(run);
        return new Entry(this, run);
    }

    private sealed class Entry(RunningAutoscalers all, AutoscalerRun run) : IDisposable
    {
        public void Dispose()
        {
            lock (all._lock)
                all._runs.Remove(run);
        }
    }
}
