using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.SchedulerControl.Discovery;
using NodeManager.SchedulerControl.Revisions;

namespace NodeManager.SchedulerControl.Restarts;

/// <summary>How a scheduler is to be restarted.</summary>
public sealed record SchedulerRestartRequest
{
    /// <summary>How long the new pods may take to be ready and lead; the same again where the former configuration is put back.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Leave things as they are when the new pods do not start.</summary>
    public bool NoRollback { get; init; }

    /// <summary>The reason given by the user.</summary>
    public string Reason { get; init; } = "";

    /// <summary>How many revisions are kept.</summary>
    public int RevisionLimit { get; init; } = SchedulerChange.DefaultRevisionLimit;
}

/// <summary>Restarts schedulers, so that they read their configuration.</summary>
public static class SchedulerRestarter
{
    /// <summary>
    /// Rolls a scheduler's Deployment as <c>kubectl rollout restart</c> does and waits until the new pods are ready and one of them leads.
    /// Where they do not start it puts the configuration back that the pods before ran with, restarts again and says why.
    /// </summary>
    /// <param name="session">Where.</param>
    /// <param name="scheduler">Which.</param>
    /// <param name="request">How.</param>
    /// <param name="observer">Told how far it is.</param>
    /// <param name="cancellationToken">Stops waiting; what was begun continues in the cluster.</param>
    /// <returns>How it ended, also where it failed: <see cref="SchedulerRestartResult.Status"/>.</returns>
    /// <exception cref="NodeManagerException">
    /// SchedulerNotRunning: no Deployment, 0 desired replicas, or paused. Forbidden, NotFound. Nothing was restarted.
    /// </exception>
    public static Task<SchedulerRestartResult> RestartAsync(
        NodeManagerSession session,
        ClusterScheduler scheduler,
        SchedulerRestartRequest request,
        IOperationObserver observer,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync(
            session,
            scheduler.ToString(),
            (connection, token) => new SchedulerRestart(connection, session, scheduler, request, observer).RunAsync(token),
            cancellationToken
        );

    /// <summary>Whether it can be restarted at all, before anything is changed that only a restart brings into force.</summary>
    /// <exception cref="NodeManagerException">As <see cref="RestartAsync"/>.</exception>
    public static Task CheckAsync(NodeManagerSession session, ClusterScheduler scheduler, CancellationToken cancellationToken) =>
        ClusterOperation.RunAsync(
            session,
            scheduler.ToString(),
            async (connection, token) =>
            {
                await SchedulerRestart.ReadAsync(connection, scheduler, token);
                await PermissionCheck.RequireAsync(
                    connection,
                    scheduler.ToString(),
                    [
                        new()
                        {
                            Verb = "patch",
                            Group = "apps",
                            Resource = "deployments",
                            Name = scheduler.Deployment,
                            Namespace = scheduler.Namespace,
                        },
                    ],
                    token
                );
                return true;
            },
            cancellationToken
        );
}
