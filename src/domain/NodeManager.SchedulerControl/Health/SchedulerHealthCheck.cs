using System.Net;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Requests;
using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerConfigurations.Validation;
using NodeManager.SchedulerControl.Plugins;
using NodeManager.SchedulerControl.Restarts;
using NodeManager.SchedulerControl.Revisions;
using NodeManager.Scheduling;

namespace NodeManager.SchedulerControl.Health;

internal sealed class SchedulerHealthCheck(ClusterConnection connection, NodeManagerSession session, ClusterScheduler scheduler)
{
    private static readonly TimeSpan Recently = TimeSpan.FromHours(1);

    // Even an idle scheduler takes a moment for a pod.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly DateTimeOffset _now = connection.Client.ServerTime;

    public async Task<IReadOnlyList<SchedulerHealthFinding>> RunAsync(CancellationToken cancellationToken)
    {
        LiveConfiguration? live = null;
        SchedulerDocument? document = null;
        var configuration = await GuardedAsync(
            "Configuration",
            async () =>
            {
                live = await LiveConfiguration.ReadAsync(connection, scheduler, cancellationToken);
                document = SchedulerDocument.Parse(live.Text, scheduler.Source);
                return Configuration(document, await PluginRegistry.CatalogAsync(session, cancellationToken));
            }
        );
        DeploymentManifest? deployment = null;
        List<Pod> pods = [];
        var workload = await GuardedAsync(
            "Deployment",
            async () =>
            {
                if (scheduler.Deployment.Length == 0)
                    return [WithoutDeployment()];
                deployment = await connection.Client.GetAsync(
                    DeploymentManifest.Type,
                    scheduler.Deployment,
                    scheduler.Namespace,
                    cancellationToken
                );
                return [Deployment(deployment)];
            }
        );
        var running = deployment is null
            ? []
            : await GuardedAsync(
                "Pod",
                async () =>
                {
                    pods = await SchedulerPods.ListAsync(connection, deployment, cancellationToken);
                    return await PodFindingsAsync(deployment, pods, cancellationToken);
                }
            );
        var names = (document?.Profiles ?? []).Select(profile => profile.Name).ToHashSet();
        var rest = await Task.WhenAll(
            document is null
                ? Task.FromResult<IReadOnlyList<SchedulerHealthFinding>>([])
                : GuardedAsync("Leader", () => LeaderAsync(document, deployment, pods, cancellationToken)),
            live is null
                ? Task.FromResult<IReadOnlyList<SchedulerHealthFinding>>([])
                : GuardedAsync("Revision", () => RevisionAsync(live, pods, cancellationToken)),
            GuardedAsync("Scheduling", () => FailedSchedulingAsync(names, cancellationToken)),
            GuardedAsync("PendingPods", () => PendingAsync(names, cancellationToken))
        );
        return [.. workload, .. running, .. rest[0], .. configuration, .. rest[1], .. rest[2], .. rest[3]];
    }

    private SchedulerHealthFinding WithoutDeployment() =>
        Finding(
            "Deployment",
            SchedulerHealthStatus.Warning,
            "No Deployment mounts the ConfigMap; the pods that use it are unknown.",
            "Specify the Deployment with -Deployment."
        );

    private async Task<IReadOnlyList<SchedulerHealthFinding>> GuardedAsync(
        string check,
        Func<Task<IReadOnlyList<SchedulerHealthFinding>>> examine
    )
    {
        try
        {
            return await examine();
        }
        catch (NodeManagerException wrong)
            when (wrong.ErrorId
                    is ErrorIds.SchedulerConfigurationNotFound
                        or ErrorIds.SchedulerConfigurationInvalid
                        or ErrorIds.SchedulerDefinitionInvalid
            )
        {
            return [Finding(check, SchedulerHealthStatus.Error, wrong.Message, wrong.RecommendedAction ?? "")];
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.Forbidden)
        {
            return
            [
                Finding(
                    check,
                    SchedulerHealthStatus.Unknown,
                    refused.Message,
                    "Ask for the role nodemanager-scheduler-viewer of deploy/rbac.yaml."
                ),
            ];
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.NotFound)
        {
            return [Finding(check, SchedulerHealthStatus.Error, refused.Message, "Check whether it was deleted.")];
        }
    }

    private SchedulerHealthFinding Deployment(DeploymentManifest deployment)
    {
        var wanted = deployment.Spec.Replicas ?? 1;
        var status = deployment.Status;
        if (wanted == 0)
            return Finding(
                "Deployment",
                SchedulerHealthStatus.Error,
                "The desired number of replicas is 0: no pod schedules.",
                "Scale it up."
            );
        if (status.Conditions.Find("Progressing") is { Status: "False" } stuck)
            return Finding("Deployment", SchedulerHealthStatus.Error, stuck.Message ?? "The rollout does not progress.", "Check its pods.");
        if (status.AvailableReplicas < wanted)
            return Finding(
                "Deployment",
                status.AvailableReplicas == 0 ? SchedulerHealthStatus.Error : SchedulerHealthStatus.Warning,
                $"{status.AvailableReplicas} of {wanted} replicas available.",
                "Check its pods."
            );
        return status.UpdatedReplicas < wanted || (status.ObservedGeneration ?? 0) < (deployment.Metadata.Generation ?? 0)
            ? Finding(
                "Deployment",
                SchedulerHealthStatus.Warning,
                $"A rollout is in progress: {status.UpdatedReplicas} of {wanted} replicas updated.",
                "Run the command again when it has completed."
            )
            : Finding("Deployment", SchedulerHealthStatus.Healthy, $"{status.AvailableReplicas} of {wanted} replicas available.", "");
    }

    private async Task<IReadOnlyList<SchedulerHealthFinding>> PodFindingsAsync(
        DeploymentManifest deployment,
        List<Pod> pods,
        CancellationToken cancellationToken
    )
    {
        var findings = await Task.WhenAll(pods.Select(pod => PodFindingAsync(pod, cancellationToken)));
        List<SchedulerHealthFinding> troubled = [.. findings.OfType<SchedulerHealthFinding>()];
        if (troubled.Count > 0)
            return troubled;
        return pods.Count == 0
            ? deployment.Spec.Replicas == 0
                ? []
                :
                [
                    Finding(
                        "Pod",
                        SchedulerHealthStatus.Error,
                        "The Deployment has no pod.",
                        "Check the Events of the Deployment and its ReplicaSet."
                    ),
                ]
            : [Finding("Pod", SchedulerHealthStatus.Healthy, $"{pods.Count} pods ready, none was restarted.", "")];
    }

    private async Task<SchedulerHealthFinding?> PodFindingAsync(Pod pod, CancellationToken cancellationToken)
    {
        var text = PodStatusText.Of(pod);
        if (pod.IsReady() && text.Restarts == 0)
            return null;
        var log = await PodLog.LastLinesAsync(connection, pod, cancellationToken);
        return pod.IsReady()
            ? Finding(
                "Pod",
                SchedulerHealthStatus.Warning,
                $"{text.Status}, restarted {text.Restarts} times.",
                "Read the log of the container for the cause.",
                pod.Metadata.Name,
                log
            )
            : Finding(
                "Pod",
                SchedulerHealthStatus.Error,
                $"{text.Status}, {text.ReadyContainers} of {text.Containers} containers ready, restarted {text.Restarts} times.",
                "Read the log and the Events of the pod for the cause.",
                pod.Metadata.Name,
                log
            );
    }

    private async Task<IReadOnlyList<SchedulerHealthFinding>> LeaderAsync(
        SchedulerDocument document,
        DeploymentManifest? deployment,
        List<Pod> pods,
        CancellationToken cancellationToken
    )
    {
        var election = LeaderElectionSettings.Of(document, scheduler.Arguments);
        if (!election.IsOn)
            return [WithoutElection(deployment?.Spec.Replicas ?? 1)];
        var subject = $"{election.Namespace}/{election.Name}";
        var lease = await connection.Client.FindAsync(Resources.Leases, election.Name, election.Namespace, cancellationToken);
        return [lease is null ? NoLeader("No pod leads: the Lease does not exist.", subject) : Judge(lease, subject, pods)];
    }

    private SchedulerHealthFinding WithoutElection(int replicas) =>
        replicas > 1
            ? Finding(
                "Leader",
                SchedulerHealthStatus.Warning,
                "Leader election is disabled: all replicas schedule concurrently.",
                "Set leaderElection.leaderElect, or run one replica."
            )
            : Finding("Leader", SchedulerHealthStatus.Healthy, "Leader election is disabled: the only pod schedules.", "");

    private SchedulerHealthFinding NoLeader(string message, string subject) =>
        Finding("Leader", SchedulerHealthStatus.Error, message, "Check the logs of the pods.", subject);

    private SchedulerHealthFinding Judge(Lease lease, string subject, List<Pod> pods)
    {
        var holder = lease.Spec.HolderIdentity ?? "";
        var age = connection.Client.ServerTime - (lease.Spec.RenewTime ?? DateTimeOffset.MinValue);
        var valid = TimeSpan.FromSeconds(lease.Spec.LeaseDurationSeconds ?? 15);
        if (holder.Length == 0)
            return NoLeader("No pod leads: the Lease was released.", subject);
        if (age > valid)
            return NoLeader(
                $"{holder} last renewed the Lease {age.TotalSeconds:0} s ago; it is valid for {valid.TotalSeconds:0} s.",
                subject
            );
        return pods.Count > 0 && !pods.Exists(pod => RolloutRules.IsHolder(holder, pod))
            ? Finding(
                "Leader",
                SchedulerHealthStatus.Warning,
                $"Lease holder: {holder}, which is not a pod of the Deployment.",
                "Check whether two schedulers share the Lease by mistake.",
                subject
            )
            : Finding(
                "Leader",
                SchedulerHealthStatus.Healthy,
                $"Lease holder: {holder}, renewed {Math.Max(0, age.TotalSeconds):0} s ago.",
                "",
                subject
            );
    }

    private IReadOnlyList<SchedulerHealthFinding> Configuration(SchedulerDocument document, PluginCatalog catalog)
    {
        var found = SchedulerConfigurationValidator.Validate(
            document,
            new ValidationOptions
            {
                Minor = scheduler.Minor,
                IsStock = scheduler.IsStock,
                File = scheduler.Source,
                Catalog = catalog,
            }
        );
        return found.Count == 0
            ? [Finding("Configuration", SchedulerHealthStatus.Healthy, "The configuration is valid.", "", scheduler.ConfigMap)]
            :
            [
                .. found.Select(one =>
                    Finding(
                        "Configuration",
                        one.Severity == "Error" ? SchedulerHealthStatus.Error : SchedulerHealthStatus.Warning,
                        $"{one.Path}: {one.Message}.",
                        one.RecommendedAction,
                        scheduler.ConfigMap
                    )
                ),
            ];
    }

    private async Task<IReadOnlyList<SchedulerHealthFinding>> RevisionAsync(
        LiveConfiguration live,
        List<Pod> pods,
        CancellationToken cancellationToken
    )
    {
        var kept = await new RevisionStore(connection, scheduler).ListAsync(cancellationToken);
        List<SchedulerHealthFinding> findings = [];
        if (kept.LastOrDefault(revision => !revision.Data.IsFound && revision.Number > (live.Annotation?.Revision ?? 0)) is { } pending)
            findings.Add(
                Finding(
                    "Revision",
                    SchedulerHealthStatus.Warning,
                    $"{pending.Title} was prepared but not written, as the change was interrupted.",
                    $"To write it, use Restore-SchedulerConfiguration -Revision {pending.Number}.",
                    pending.Name
                )
            );
        if (live.Annotation is { } annotation && live.Revision is null)
            findings.Add(
                Finding(
                    "Revision",
                    SchedulerHealthStatus.Warning,
                    $"Another client changed the configuration after revision {annotation.Revision}.",
                    "Store it with Backup-SchedulerConfiguration; list the changes with Compare-SchedulerConfiguration.",
                    scheduler.ConfigMap
                )
            );
        var written = kept.FirstOrDefault(revision => revision.Number == live.Annotation?.Revision)?.CreatedAt;
        foreach (var pod in pods)
            if (
                RunningRevision.Of(pod.Metadata) is { } started
                && live.Annotation is not null
                && started != live.Revision
                && !(StartedAt(pod) > written)
            )
                findings.Add(
                    Finding(
                        "Revision",
                        SchedulerHealthStatus.Warning,
                        $"The pod was started with revision {started}; the ConfigMap contains {(live.Revision is { } number ? $"revision {number}" : "another text")}.",
                        "Apply it with Restart-Scheduler. A crash of the scheduler also applies it.",
                        pod.Metadata.Name
                    )
                );
        return findings.Count > 0 ? findings : [Current(live.Revision, pods)];
    }

    private SchedulerHealthFinding Current(long? revision, List<Pod> pods)
    {
        if (revision is null)
            return Finding(
                "Revision",
                SchedulerHealthStatus.Unknown,
                "No revision of the configuration is stored yet.",
                "Store one with Backup-SchedulerConfiguration."
            );
        return pods.Exists(pod => RunningRevision.Of(pod.Metadata) is not null)
            ? Finding(
                "Revision",
                SchedulerHealthStatus.Healthy,
                $"The pods run with revision {revision}, which the ConfigMap contains.",
                ""
            )
            : Finding(
                "Revision",
                SchedulerHealthStatus.Unknown,
                "The revision that the pods were started with is not recorded.",
                "To record it, run Restart-Scheduler."
            );
    }

    private static DateTimeOffset? StartedAt(Pod pod) =>
        (pod.Status.ContainerStatuses ?? []).Select(container => container.State?.Running?.StartedAt).FirstOrDefault(at => at is not null);

    private async Task<IReadOnlyList<SchedulerHealthFinding>> FailedSchedulingAsync(
        HashSet<string> names,
        CancellationToken cancellationToken
    )
    {
        var events = (
            await connection.Client.ListAsync(Resources.Events, new() { FieldSelector = "reason=FailedScheduling" }, cancellationToken)
        ).Items.FindAll(one => names.Contains(one.Source?.Component ?? "") || names.Contains(one.ReportingComponent ?? ""));
        var recent = events.FindAll(one => _now - one.LastAt() < Recently);
        var latest = recent.MaxBy(static one => one.LastAt());
        return
        [
            latest is null
                ? Finding("Scheduling", SchedulerHealthStatus.Healthy, "No pod failed to be scheduled in the last hour.", "")
                : Finding(
                    "Scheduling",
                    SchedulerHealthStatus.Warning,
                    $"{recent.Select(one => one.InvolvedObject.Uid).Distinct().Count()} pods could not be scheduled in the last hour; the latest: {latest.Message}",
                    "Free capacity, or change the requests of the pods.",
                    $"{latest.InvolvedObject.Namespace}/{latest.InvolvedObject.Name}"
                ),
        ];
    }

    private async Task<IReadOnlyList<SchedulerHealthFinding>> PendingAsync(HashSet<string> names, CancellationToken cancellationToken)
    {
        var pending = (
            await connection.Client.ListAsync(
                Resources.Pods,
                new() { FieldSelector = "status.phase=Pending,spec.nodeName=" },
                cancellationToken
            )
        ).Items.FindAll(pod =>
            names.Contains(pod.Spec.SchedulerName ?? SchedulerProfile.DefaultName)
            && pod.Spec.SchedulingGates is not { Count: > 0 }
            && _now - (pod.Metadata.CreationTimestamp ?? _now) > Timeout
        );
        var oldest = pending.MinBy(pod => pod.Metadata.CreationTimestamp);
        return
        [
            oldest is null
                ? Finding("PendingPods", SchedulerHealthStatus.Healthy, "No pod waits to be scheduled.", "")
                : Finding(
                    "PendingPods",
                    SchedulerHealthStatus.Warning,
                    $"{pending.Count} pods wait to be scheduled, the oldest since {oldest.Metadata.CreationTimestamp:u}.",
                    "Check the Events of the pods.",
                    $"{oldest.Metadata.Namespace}/{oldest.Metadata.Name}"
                ),
        ];
    }

    private SchedulerHealthFinding Finding(
        string check,
        string status,
        string message,
        string action,
        string subject = "",
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
            Check = check,
            Status = status,
            Subject = subject.Length > 0 ? subject : scheduler.Deployment,
            Message = message,
            RecommendedAction = action,
            Log = log,
            ObservedAt = _now,
        };
}
