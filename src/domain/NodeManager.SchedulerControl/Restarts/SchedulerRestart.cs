using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerControl.Revisions;

namespace NodeManager.SchedulerControl.Restarts;

internal sealed class SchedulerRestart(
    ClusterConnection connection,
    NodeManagerSession session,
    ClusterScheduler scheduler,
    SchedulerRestartRequest request,
    IOperationObserver observer
)
{
    private readonly DateTimeOffset _startedAt = connection.Time.GetUtcNow();
    private readonly long _start = connection.Time.GetTimestamp();
    private readonly SchedulerEvents _events = new(connection, session, scheduler, observer);

    private string Title => $"{scheduler.Namespace}/{scheduler.Deployment}";

    public async Task<SchedulerRestartResult> RunAsync(CancellationToken cancellationToken)
    {
        var deployment = await ReadAsync(connection, scheduler, cancellationToken);
        var former = await RunningRevision.OfPodsAsync(connection, deployment, cancellationToken);
        var (live, revision) = await RecordAsync(cancellationToken);
        var (verdict, restarted) = await RollAsync(deployment, live, revision, cancellationToken);
        var now = verdict.IsTakenOver ? verdict.Revision : revision;
        var result =
            verdict.Outcome == true
                ? Result(
                    SchedulerRestartStatus.Restarted,
                    now,
                    former,
                    verdict,
                    $"{Title} was restarted{Of(now)}{(verdict.Leader.Length > 0 ? $"; {verdict.Leader} leads" : "")}."
                )
                : await FailAsync(restarted, live, revision, former, verdict, cancellationToken);
        await _events.RestartedAsync(deployment, result, request.Reason, cancellationToken);
        return result;
    }

    /// <summary>The Deployment, if it can be restarted.</summary>
    public static async Task<DeploymentManifest> ReadAsync(
        ClusterConnection connection,
        ClusterScheduler scheduler,
        CancellationToken cancellationToken
    )
    {
        if (scheduler.Deployment.Length == 0)
            throw NotRunning(
                scheduler,
                $"No Deployment in cluster '{connection.Cluster}' mounts ConfigMap {scheduler.Namespace}/{scheduler.ConfigMap}; nothing was restarted.",
                "Specify the Deployment with -Deployment."
            );
        var deployment = await connection.Client.GetAsync(
            DeploymentManifest.Type,
            scheduler.Deployment,
            scheduler.Namespace,
            cancellationToken
        );
        if (deployment.Spec.Replicas == 0)
            throw NotRunning(
                scheduler,
                $"Deployment {scheduler.Namespace}/{scheduler.Deployment} in cluster '{connection.Cluster}' has 0 desired replicas; nothing was restarted.",
                $"Scale it up (kubectl -n {scheduler.Namespace} scale deployment {scheduler.Deployment} --replicas=1), or use -NoRestart to change only the configuration."
            );
        if (deployment.Spec.Paused == true)
            throw NotRunning(
                scheduler,
                $"The rollout of Deployment {scheduler.Namespace}/{scheduler.Deployment} in cluster '{connection.Cluster}' is paused; it would not create new pods.",
                $"Resume it (kubectl -n {scheduler.Namespace} rollout resume deployment {scheduler.Deployment}), or use -NoRestart to change only the configuration."
            );
        return deployment;
    }

    private static NodeManagerException NotRunning(ClusterScheduler scheduler, string message, string action) =>
        new(ErrorIds.SchedulerNotRunning, ErrorKind.InvalidOperation, message, scheduler.ToString(), action);

    private static string Of(long? revision) => revision is null ? "" : $" with revision {revision}";

    private SchedulerWrite Write(Func<string, string> edit, string action, string reason) =>
        new(
            connection,
            session,
            scheduler,
            new SchedulerChange
            {
                Edit = edit,
                Action = action,
                Reason = reason,
                Force = true,
                RevisionLimit = request.RevisionLimit,
            },
            observer
        );

    /// <summary>A user with permission to restart may lack permission to store revisions; the restart then continues without one.</summary>
    private async Task<(LiveConfiguration Live, long? Revision)> RecordAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await Write(static text => text, "", "").RecordAsync(cancellationToken);
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.Forbidden)
        {
            observer.Warning(
                $"{scheduler.Source}: the current configuration could not be stored as a revision. A failed restart cannot be rolled back: {refused.Message}"
            );
            var live = await LiveConfiguration.ReadAsync(connection, scheduler, cancellationToken);
            return (live, live.Revision);
        }
    }

    private async Task<(RolloutVerdict Verdict, DeploymentManifest Restarted)> RollAsync(
        DeploymentManifest deployment,
        LiveConfiguration live,
        long? revision,
        CancellationToken cancellationToken
    )
    {
        var election = Election(live.Text);
        var (mustLead, holder) = await HolderAsync(election, deployment, cancellationToken);
        var at = connection.Time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        JsonObject annotations = new() { [RolloutGoal.Annotation] = at };
        if (revision is { } number)
            annotations[RevisionAnnotation.PodTemplateName] = number.ToString(CultureInfo.InvariantCulture);
        var restarted = await connection.Client.PatchAsync(
            DeploymentManifest.Type,
            scheduler.Deployment,
            scheduler.Namespace,
            Patch.Merge(
                new()
                {
                    ["spec"] = new JsonObject
                    {
                        ["template"] = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = annotations } },
                    },
                }
            ),
            cancellationToken
        );
        observer.Verbose($"{Title}: restarted{Of(revision)}; waiting for its new pods.");
        var verdict = await new RolloutWatch(connection, restarted, election).RunAsync(
            new(at, restarted.Metadata.Generation ?? 0, mustLead, holder),
            request.Timeout,
            Report,
            cancellationToken
        );
        observer.Progress(new(Title, $"Restarting {Title}", verdict.Text, 100, Completed: true));
        return (verdict, restarted);
    }

    private void Report(RolloutVerdict verdict) =>
        observer.Progress(
            new(Title, $"Restarting {Title}", verdict.Text, verdict.Desired == 0 ? -1 : Math.Min(verdict.Ready * 90 / verdict.Desired, 90))
        );

    private LeaderElectionSettings? Election(string text)
    {
        try
        {
            return LeaderElectionSettings.Of(SchedulerDocument.Parse(text), scheduler.Arguments);
        }
        catch (NodeManagerException)
        {
            // The new pods will report it, because a scheduler cannot read it either.
            return null;
        }
    }

    private async Task<(bool MustLead, string Holder)> HolderAsync(
        LeaderElectionSettings? election,
        DeploymentManifest deployment,
        CancellationToken cancellationToken
    )
    {
        if (election is not { IsOn: true })
        {
            if (deployment.Spec.Strategy?.Type != "Recreate")
                observer.Warning($"{Title} runs without leader election. During the restart the old and the new pod both schedule.");
            return (false, "");
        }

        try
        {
            var lease = await connection.Client.GetAsync(Resources.Leases, election.Name, election.Namespace, cancellationToken);
            return (true, lease.Spec.HolderIdentity ?? "");
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.NotFound)
        {
            return (true, "");
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.Forbidden)
        {
            observer.Warning($"{Title}: not waiting for the new leader: {refused.Message}");
            return (false, "");
        }
    }

    private async Task<SchedulerRestartResult> FailAsync(
        DeploymentManifest restarted,
        LiveConfiguration live,
        long? revision,
        long? former,
        RolloutVerdict verdict,
        CancellationToken cancellationToken
    )
    {
        var why = verdict.Outcome is null ? $"not within {request.Timeout.TotalSeconds:0} s: {verdict.Text}" : verdict.Text;
        var log = verdict.FailedPod is { } pod ? await PodLog.LastLinesAsync(connection, pod, cancellationToken) : "";
        var text = $"{Title} did not start{Of(revision)}: {why}.";
        SchedulerRestartResult Failed(long? active, string message) =>
            Result(SchedulerRestartStatus.Failed, active, former, verdict, $"{text} {message}", log);
        if (verdict.IsTakenOver)
            return Failed(verdict.Revision, "Another client changed or restarted the Deployment concurrently; it was not rolled back.");
        if (request.NoRollback)
            return Failed(revision, "The configuration was not rolled back.");
        if (await FormerAsync(live, revision, former, cancellationToken) is not { } back)
            return Failed(revision, "No earlier configuration is stored that could be restored.");

        observer.Warning($"{text} Restoring revision {back.Number}.{(log.Length > 0 ? $" The log ends: {log}" : "")}");
        var change = Write(
            text => text == live.Text ? back.Data.Text : throw ChangedMeanwhile(),
            $"Roll back to revision {back.Number}",
            $"revision {revision} did not start: {verdict.Text}"
        );
        SchedulerChangeResult written;
        try
        {
            written = await change.RunAsync(cancellationToken);
        }
        catch (NodeManagerException changed) when (changed.ErrorId == ErrorIds.Conflict)
        {
            return Failed(revision, changed.Message);
        }

        var (again, _) = await RollAsync(restarted, live with { Text = back.Data.Text }, written.Revision, cancellationToken);
        return again.Outcome == true
            ? Result(
                SchedulerRestartStatus.RolledBack,
                written.Revision,
                former,
                again,
                $"{text} Revision {back.Number} was restored as revision {written.Revision}.",
                log
            )
            : Result(
                SchedulerRestartStatus.Failed,
                written.Revision,
                former,
                again,
                $"{text} Revision {back.Number} was restored as revision {written.Revision} and did not start either: {again.Text}.",
                log
            );
    }

    private NodeManagerException ChangedMeanwhile() =>
        new(
            ErrorIds.Conflict,
            ErrorKind.ResourceBusy,
            "Another client changed the configuration concurrently; it was not rolled back.",
            scheduler.ToString(),
            "Check the configuration, and restart the scheduler again."
        );

    /// <summary>The configuration of the previous pods; without a record, the previous revision.</summary>
    private async Task<SchedulerRevision?> FormerAsync(
        LiveConfiguration live,
        long? revision,
        long? former,
        CancellationToken cancellationToken
    )
    {
        var kept = await new RevisionStore(connection, scheduler).ListAsync(cancellationToken);
        var current = kept.FirstOrDefault(one => one.Number == revision);
        return new[] { former, current?.Data.Previous }
            .Select(number => kept.FirstOrDefault(one => one.Number == number && one.Data.Text != live.Text))
            .OfType<SchedulerRevision>()
            .FirstOrDefault();
    }

    private SchedulerRestartResult Result(
        string status,
        long? revision,
        long? former,
        RolloutVerdict verdict,
        string message,
        string log = ""
    ) =>
        new()
        {
            Cluster = session.Cluster,
            Session = session,
            Namespace = scheduler.Namespace,
            ConfigMap = scheduler.ConfigMap,
            Key = scheduler.Key,
            Deployment = scheduler.Deployment,
            Status = status,
            Revision = revision,
            FormerRevision = former,
            Leader = verdict.Leader,
            ReadyPods = verdict.Ready,
            StartedAt = _startedAt,
            Duration = connection.Time.GetElapsedTime(_start),
            Message = message,
            Log = log,
        };
}
