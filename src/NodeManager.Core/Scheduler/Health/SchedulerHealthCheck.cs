using System.Net;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Scheduler.Discovery;
using NodeManager.Core.Scheduler.Plugins;
using NodeManager.Core.Scheduler.Restarts;
using NodeManager.Core.Scheduler.Revisions;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Selectors;
using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerConfigurations.Validation;

namespace NodeManager.Core.Scheduler.Health;

/// <summary>One look at a scheduler's health.</summary>
internal sealed class SchedulerHealthCheck(ClusterConnection connection, NodeManagerSession session, ClusterScheduler scheduler)
{
    private static readonly TimeSpan Recently = TimeSpan.FromHours(1);

    // A pod waits a moment even for a scheduler with nothing else to do.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly DateTimeOffset _now = connection.Time.GetUtcNow();

    public async Task<IReadOnlyList<SchedulerHealthFinding>> RunAsync(CancellationToken cancellationToken)
    {
        LiveConfiguration? live = null;
        SchedulerDocument? document = null;
        var configuration = await GuardedAsync("Configuration", async () =>
        {
            live = await LiveConfiguration.ReadAsync(connection, scheduler, cancellationToken);
            document = SchedulerDocument.Parse(live.Text, scheduler.Source);
            return Configuration(document, await PluginRegistry.CatalogAsync(session, cancellationToken));
        });
        DeploymentManifest? deployment = null;
        List<Pod> pods = [];
        var workload = await GuardedAsync("Deployment", async () =>
        {
            if (scheduler.Deployment.Length == 0)
                return [Finding("Deployment", SchedulerHealthStatus.Warning, "No Deployment mounts the ConfigMap: what runs with it is not known.", "Name it with -Deployment.")];
            deployment = await connection.Client.GetAsync(DeploymentManifest.Type, scheduler.Deployment, scheduler.Namespace, cancellationToken);
            return [Deployment(deployment)];
        });
        var running = deployment is null ? [] : await GuardedAsync("Pod", async () =>
        {
            pods = await PodsAsync(deployment, cancellationToken);
            return await PodFindingsAsync(deployment, pods, cancellationToken);
        });
        var names = (document?.Profiles ?? []).Select(profile => profile.Name).ToHashSet();
        var rest = await Task.WhenAll(
            document is null ? Task.FromResult<IReadOnlyList<SchedulerHealthFinding>>([]) : GuardedAsync("Leader", () => LeaderAsync(document, deployment, pods, cancellationToken)),
            live is null ? Task.FromResult<IReadOnlyList<SchedulerHealthFinding>>([]) : GuardedAsync("Revision", () => RevisionAsync(live, pods, cancellationToken)),
            GuardedAsync("Scheduling", () => FailedSchedulingAsync(names, cancellationToken)),
            GuardedAsync("PendingPods", () => PendingAsync(names, cancellationToken)));
        return [.. workload, .. running, .. rest[0], .. configuration, .. rest[1], .. rest[2], .. rest[3]];
    }

    private async Task<IReadOnlyList<SchedulerHealthFinding>> GuardedAsync(string check, Func<Task<IReadOnlyList<SchedulerHealthFinding>>> look)
    {
        try
        {
            return await look();
        }
        catch (NodeManagerException wrong) when (wrong.ErrorId is ErrorIds.SchedulerConfigurationNotFound
            or ErrorIds.SchedulerConfigurationInvalid or ErrorIds.SchedulerDefinitionInvalid)
        {
            return [Finding(check, SchedulerHealthStatus.Error, wrong.Message, wrong.RecommendedAction ?? "")];
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.Forbidden)
        {
            return [Finding(check, SchedulerHealthStatus.Unknown, refused.Message, "deploy/rbac.yaml has a role that may look: nodemanager-scheduler-viewer.")];
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.NotFound)
        {
            return [Finding(check, SchedulerHealthStatus.Error, refused.Message, "Look whether it was deleted.")];
        }
    }

    private SchedulerHealthFinding Deployment(DeploymentManifest deployment)
    {
        var wanted = deployment.Spec.Replicas ?? 1;
        var status = deployment.Status;
        if (wanted == 0)
            return Finding("Deployment", SchedulerHealthStatus.Error, "It wants no replicas: nothing schedules for it.", "Scale it up.");
        if (status.Conditions.Find("Progressing") is { Status: "False" } stuck)
            return Finding("Deployment", SchedulerHealthStatus.Error, stuck.Message ?? "It does not progress.", "See its pods.");
        if (status.AvailableReplicas < wanted)
            return Finding("Deployment", status.AvailableReplicas == 0 ? SchedulerHealthStatus.Error : SchedulerHealthStatus.Warning,
                $"{status.AvailableReplicas} of {wanted} replicas available.", "See its pods.");
        return status.UpdatedReplicas < wanted || (status.ObservedGeneration ?? 0) < (deployment.Metadata.Generation ?? 0)
            ? Finding("Deployment", SchedulerHealthStatus.Warning, $"A rollout is under way: {status.UpdatedReplicas} of {wanted} replicas updated.", "Look again when it is over.")
            : Finding("Deployment", SchedulerHealthStatus.Healthy, $"{status.AvailableReplicas} of {wanted} replicas available.", "");
    }

    private async Task<List<Pod>> PodsAsync(DeploymentManifest deployment, CancellationToken cancellationToken)
    {
        var labels = string.Join(',', (deployment.Spec.Selector?.MatchLabels ?? []).Select(label => $"{label.Key}={label.Value}"));
        var listed = await connection.Client.ListAsync(Resources.Pods, new() { Namespace = scheduler.Namespace, LabelSelector = labels }, cancellationToken);
        return listed.Items.FindAll(pod => pod.Metadata.DeletionTimestamp is null && deployment.Spec.Selector.Matches(pod.Metadata.Labels));
    }

    private async Task<IReadOnlyList<SchedulerHealthFinding>> PodFindingsAsync(
        DeploymentManifest deployment, List<Pod> pods, CancellationToken cancellationToken)
    {
        var findings = await Task.WhenAll(pods.Select(pod => PodFindingAsync(pod, cancellationToken)));
        List<SchedulerHealthFinding> troubled = [.. findings.OfType<SchedulerHealthFinding>()];
        if (troubled.Count > 0)
            return troubled;
        return pods.Count == 0
            ? deployment.Spec.Replicas == 0 ? [] : [Finding("Pod", SchedulerHealthStatus.Error, "There is no pod.", "See the events of the Deployment and its ReplicaSet.")]
            : [Finding("Pod", SchedulerHealthStatus.Healthy, $"{pods.Count} pods ready, none was restarted.", "")];
    }

    private async Task<SchedulerHealthFinding?> PodFindingAsync(Pod pod, CancellationToken cancellationToken)
    {
        var text = PodStatusText.Of(pod);
        var isReady = pod.Status.Conditions.IsTrue("Ready");
        if (isReady && text.Restarts == 0)
            return null;
        var log = text.Restarts > 0 || !isReady ? await PodLog.LastLinesAsync(connection, pod, cancellationToken) : "";
        return isReady
            ? Finding("Pod", SchedulerHealthStatus.Warning, $"{text.Status}, restarted {text.Restarts} times.", "The log says why it ended.", pod.Metadata.Name, log)
            : Finding("Pod", SchedulerHealthStatus.Error, $"{text.Status}, {text.ReadyContainers} of {text.Containers} containers ready, restarted {text.Restarts} times.",
                "The log and the pod's events say why.", pod.Metadata.Name, log);
    }

    private async Task<IReadOnlyList<SchedulerHealthFinding>> LeaderAsync(
        SchedulerDocument document, DeploymentManifest? deployment, List<Pod> pods, CancellationToken cancellationToken)
    {
        var election = LeaderElectionSettings.Of(document, scheduler.Arguments);
        if (!election.IsOn)
            return (deployment?.Spec.Replicas ?? 1) > 1
                ? [Finding("Leader", SchedulerHealthStatus.Warning, "No leader election: all replicas schedule at once.", "Set leaderElection.leaderElect, or run one replica.")]
                : [Finding("Leader", SchedulerHealthStatus.Healthy, "No leader election: the only pod schedules.", "")];
        var subject = $"{election.Namespace}/{election.Name}";
        Lease lease;
        try
        {
            lease = await connection.Client.GetAsync(Resources.Leases, election.Name, election.Namespace, cancellationToken);
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.NotFound)
        {
            return [Finding("Leader", SchedulerHealthStatus.Error, "Nobody leads: there is no such Lease.", "See the pods' logs.", subject)];
        }

        var holder = lease.Spec.HolderIdentity ?? "";
        var age = _now - (lease.Spec.RenewTime ?? DateTimeOffset.MinValue);
        var valid = TimeSpan.FromSeconds(lease.Spec.LeaseDurationSeconds ?? 15);
        if (holder.Length == 0)
            return [Finding("Leader", SchedulerHealthStatus.Error, "Nobody leads: the Lease was given back.", "See the pods' logs.", subject)];
        if (age > valid)
            return [Finding("Leader", SchedulerHealthStatus.Error, $"{holder} last renewed the Lease {age.TotalSeconds:0} s ago; it is valid for {valid.TotalSeconds:0} s.", "See the pods' logs.", subject)];
        return pods.Count > 0 && !pods.Exists(pod => RolloutRules.IsHolder(holder, pod))
            ? [Finding("Leader", SchedulerHealthStatus.Warning, $"{holder} leads, which is none of the Deployment's pods.", "Look whether two schedulers share the Lease by mistake.", subject)]
            : [Finding("Leader", SchedulerHealthStatus.Healthy, $"{holder} leads, renewed {Math.Max(0, age.TotalSeconds):0} s ago.", "", subject)];
    }

    private IReadOnlyList<SchedulerHealthFinding> Configuration(SchedulerDocument document, PluginCatalog catalog)
    {
        var found = SchedulerConfigurationValidator.Validate(
            document, new ValidationOptions { Minor = scheduler.Minor, IsStock = scheduler.IsStock, File = scheduler.Source, Catalog = catalog });
        return found.Count == 0
            ? [Finding("Configuration", SchedulerHealthStatus.Healthy, "It is valid.", "", scheduler.ConfigMap)]
            : [.. found.Select(one => Finding(
                "Configuration", one.Severity == "Error" ? SchedulerHealthStatus.Error : SchedulerHealthStatus.Warning,
                $"{one.Path}: {one.Message}.", one.RecommendedAction, scheduler.ConfigMap))];
    }

    private async Task<IReadOnlyList<SchedulerHealthFinding>> RevisionAsync(LiveConfiguration live, List<Pod> pods, CancellationToken cancellationToken)
    {
        var kept = await new RevisionStore(connection, scheduler).ListAsync(cancellationToken);
        List<SchedulerHealthFinding> findings = [];
        if (kept.LastOrDefault(revision => !revision.Data.IsFound && revision.Number > (live.Annotation?.Revision ?? 0)) is { } pending)
            findings.Add(Finding("Revision", SchedulerHealthStatus.Warning, $"{pending.Title} was prepared but never written: whoever made it was interrupted.",
                $"Restore-SchedulerConfiguration -Revision {pending.Number} would write it.", pending.Name));
        if (live.Annotation is { } annotation && live.Revision is null)
            findings.Add(Finding("Revision", SchedulerHealthStatus.Warning, $"The configuration was changed by other means after revision {annotation.Revision}.",
                "Backup-SchedulerConfiguration keeps it; Compare-SchedulerConfiguration shows what was changed.", scheduler.ConfigMap));
        var written = kept.FirstOrDefault(revision => revision.Number == live.Annotation?.Revision)?.CreatedAt;
        foreach (var pod in pods)
            if (RunningRevision.Of(pod.Metadata) is { } started && live.Annotation is not null && started != live.Revision && !(StartedAt(pod) > written))
                findings.Add(Finding("Revision", SchedulerHealthStatus.Warning,
                    $"It was started with revision {started}; the ConfigMap holds {(live.Revision is { } number ? $"revision {number}" : "another text")}.",
                    "Restart-Scheduler brings it into force; so would a crash.", pod.Metadata.Name));
        if (findings.Count > 0)
            return findings;
        return [live.Revision is { } current
            ? pods.Exists(pod => RunningRevision.Of(pod.Metadata) is not null)
                ? Finding("Revision", SchedulerHealthStatus.Healthy, $"The pods run with revision {current}, as the ConfigMap holds.", "")
                : Finding("Revision", SchedulerHealthStatus.Unknown, "The pods do not say which configuration they were started with.", "Restart-Scheduler has them say it.")
            : Finding("Revision", SchedulerHealthStatus.Unknown, "No revision of the configuration is kept yet.", "Backup-SchedulerConfiguration keeps it.")];
    }

    private static DateTimeOffset? StartedAt(Pod pod) =>
        (pod.Status.ContainerStatuses ?? []).Select(container => container.State?.Running?.StartedAt).FirstOrDefault(at => at is not null);

    private async Task<IReadOnlyList<SchedulerHealthFinding>> FailedSchedulingAsync(HashSet<string> names, CancellationToken cancellationToken)
    {
        var events = (await connection.Client.ListAsync(Resources.Events, new() { FieldSelector = "reason=FailedScheduling" }, cancellationToken)).Items
            .FindAll(one => names.Contains(one.Source?.Component ?? "") || names.Contains(one.ReportingComponent ?? ""));
        var recent = events.FindAll(one => _now - When(one) < Recently);
        var latest = recent.MaxBy(When);
        return [latest is null
            ? Finding("Scheduling", SchedulerHealthStatus.Healthy, "No pod failed to be scheduled in the last hour.", "")
            : Finding("Scheduling", SchedulerHealthStatus.Warning,
                $"{recent.Select(one => one.InvolvedObject.Uid).Distinct().Count()} pods could not be scheduled in the last hour; the latest: {latest.Message}",
                "Make room, or change what the pods ask for.", $"{latest.InvolvedObject.Namespace}/{latest.InvolvedObject.Name}")];
    }

    private static DateTimeOffset When(Event one) => one.LastTimestamp ?? one.EventTime ?? one.Metadata.CreationTimestamp ?? DateTimeOffset.MinValue;

    private async Task<IReadOnlyList<SchedulerHealthFinding>> PendingAsync(HashSet<string> names, CancellationToken cancellationToken)
    {
        var pending = (await connection.Client.ListAsync(
            Resources.Pods, new() { FieldSelector = "status.phase=Pending,spec.nodeName=" }, cancellationToken)).Items
            .FindAll(pod => names.Contains(pod.Spec.SchedulerName ?? SchedulerProfile.DefaultName) && pod.Spec.SchedulingGates is not { Count: > 0 }
                && _now - (pod.Metadata.CreationTimestamp ?? _now) > Timeout);
        var oldest = pending.MinBy(pod => pod.Metadata.CreationTimestamp);
        return [oldest is null
            ? Finding("PendingPods", SchedulerHealthStatus.Healthy, "No pod waits for it.", "")
            : Finding("PendingPods", SchedulerHealthStatus.Warning,
                $"{pending.Count} pods wait to be scheduled, the oldest since {oldest.Metadata.CreationTimestamp:u}.", "See the pods' events.",
                $"{oldest.Metadata.Namespace}/{oldest.Metadata.Name}")];
    }

    private SchedulerHealthFinding Finding(string check, string status, string message, string action, string subject = "", string log = "") => new()
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
