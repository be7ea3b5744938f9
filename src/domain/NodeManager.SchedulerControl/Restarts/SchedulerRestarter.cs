using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.SchedulerControl.Revisions;

namespace NodeManager.SchedulerControl.Restarts;

public sealed record SchedulerRestartRequest
{
    /// <summary>The timeout for the new pods to be ready and lead, and again for a rollback.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Do not roll back if the new pods do not start.</summary>
    public bool NoRollback { get; init; }

    /// <summary>The reason given by the user.</summary>
    public string Reason { get; init; } = "";

    public int RevisionLimit { get; init; } = SchedulerChange.DefaultRevisionLimit;
}

public static class SchedulerRestarter
{
    /// <summary>The kind of its operation.</summary>
    public const string Kind = "SchedulerRestart";

    /// <summary>
    /// Restarts a scheduler's Deployment as <c>kubectl rollout restart</c> does and waits until the new pods are ready and one of them
    /// leads. If they do not start, restores the configuration of the previous pods, restarts again and reports the cause.
    /// </summary>
    /// <param name="observer">Receives the progress.</param>
    /// <returns>The result, also of a failure: <see cref="SchedulerRestartResult.Status"/>.</returns>
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

    /// <summary>Checks that it can be restarted, before a change that needs a restart.</summary>
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
