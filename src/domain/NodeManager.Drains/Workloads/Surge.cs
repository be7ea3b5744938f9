using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Controllers.Caching;
using NodeManager.Drains.Budgets;
using NodeManager.Drains.Decisions;
using NodeManager.Drains.Planning;
using NodeManager.Drains.Progress;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Timing;
using NodeManager.Scheduling;

namespace NodeManager.Drains.Workloads;

/// <summary>
/// If a budget permanently blocks a pod, restarts its Deployment once a run, as <c>kubectl rollout restart</c> does, so that a replacement
/// is ready first. Undoes nothing. Thread-safe.
/// </summary>
/// <param name="run">
/// Ends with the run: a restart serves the pods of all nodes, and outlives the drain of the node that requested it first.
/// </param>
internal sealed class Surge(DrainScope scope, DrainSurvey survey, BudgetRegistry budgets, CancellationToken run)
{
    private const string RestartedAt = "kubectl.kubernetes.io/restartedAt";

    private readonly ConcurrentDictionary<string, Lazy<Task>> _restarts = new();
    private readonly SurgeInspector _inspector = new(scope.Client, survey.Server.Minor);

    /// <summary>
    /// True if the Deployment was restarted and the pod is terminating. False if the pod has to be evicted for now; a later attempt may
    /// succeed when the Deployment's work in progress has ended.
    /// </summary>
    /// <exception cref="DrainStoppedException">The rollout failed or timed out.</exception>
    public async Task<bool> ReplaceAsync(
        PodRecord record,
        ObjectCache<Pod> pods,
        Action changed,
        Action<string> warn,
        CancellationToken cancellationToken
    )
    {
        if (!scope.Options.Surge || scope.Options.DisableEviction || pods.Find(record.Plan.Uid) is not { } pod)
            return false;
        if (!_inspector.IsStuck(pod, budgets.Covering(pod)))
            return false;
        SurgeCandidate candidate = await scope.Retry.RunAsync(token => _inspector.JudgeAsync(pod, token), cancellationToken);
        string? refusal = candidate.Refusal;
        if (candidate.Deployment is { } deployment && (refusal is null || _restarts.ContainsKey(deployment.Metadata.Uid ?? "")))
        {
            try
            {
                await RestartOnceAsync(deployment).WaitAsync(cancellationToken);
                await FollowAsync(record, pods, deployment, changed, cancellationToken);
                return true;
            }
            catch (KubernetesException refused) when (refused.Code is HttpStatusCode.Forbidden or HttpStatusCode.NotFound)
            {
                refusal = refused.Message.TrimEnd('.');
            }
        }

        // Warned once for each reason, not with each attempt.
        if (record.SurgeRefusal != refusal)
            warn($"Pod {record.Title}: no surge: {refusal}.");
        record.SurgeRefusal = refusal;
        return false;
    }

    // A failed restart is retried by the next pod that needs it.
    private async Task RestartOnceAsync(Deployment deployment)
    {
        string uid = deployment.Metadata.Uid ?? "";
        Lazy<Task> restart = _restarts.GetOrAdd(uid, _ => new(() => RestartAsync(deployment)));
        try
        {
            await restart.Value;
        }
        catch
        {
            _restarts.TryRemove(KeyValuePair.Create(uid, restart));
            throw;
        }
    }

    private async Task RestartAsync(Deployment deployment)
    {
        string at = scope.Now.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        Patch patch = Patch.Merge(
            new()
            {
                ["spec"] = new JsonObject
                {
                    ["template"] = new JsonObject
                    {
                        ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [RestartedAt] = at } },
                    },
                },
            }
        );
        // The same timestamp each time: a repeated patch whose answer was lost does not restart twice.
        await scope.Retry.RunAsync(
            token => scope.Client.PatchAsync(Resources.Deployments, deployment.Metadata.Name, deployment.Metadata.Namespace, patch, token),
            run
        );
        scope.Observer.Verbose(
            $"Deployment {deployment.Metadata.Namespace}/{deployment.Metadata.Name}: restarted to start replacements before the eviction."
        );
    }

    // Until the Deployment deletes the pod, which it does when the replacement is ready.
    private async Task FollowAsync(
        PodRecord record,
        ObjectCache<Pod> pods,
        Deployment deployment,
        Action changed,
        CancellationToken cancellationToken
    )
    {
        string name = $"{deployment.Metadata.Namespace}/{deployment.Metadata.Name}";
        using CacheUse<Deployment> use = scope.Caches.Open(
            Resources.Deployments,
            new() { Namespace = deployment.Metadata.Namespace, FieldSelector = $"metadata.name={deployment.Metadata.Name}" }
        );
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task late = scope.Time.DelayAsync(scope.Options.SurgeTimeout ?? Timeout.InfiniteTimeSpan, stop.Token);
        try
        {
            use.Cache.AddOrUpdate(deployment);
            await use.Cache.Synced.WaitAsync(cancellationToken);
            while (true)
            {
                (Pod? pod, Task moved) = pods.Observe(record.Plan.Uid);
                (Deployment? now, Task progressed) = use.Cache.Observe(deployment.Metadata.Uid ?? "");
                if (pod is null || pod.IsTerminating() || now is null)
                    return;
                DeploymentRollout state = DeploymentRollout.Of(now);
                NodeDrainBlocker blocker = new()
                {
                    Kind = "Rollout",
                    Name = name,
                    Message =
                        $"The restart that replaces the pod first {(late.IsCompleted ? $"did not finish within {scope.Options.SurgeTimeout?.TotalSeconds:0} s" : "failed")}: {state.Text}.",
                    Pods = new([record.Title]),
                    Remedy =
                        $"Check why its new pods are not ready. To revert the restart: kubectl rollout undo -n {deployment.Metadata.Namespace} deployment/{deployment.Metadata.Name}",
                };
                if (state.HasFailed || late.IsCompletedSuccessfully)
                    throw new DrainStoppedException(blocker);
                record.RecordRollout(blocker, scope.Now);
                changed();
                await scope.Time.WaitForChangeAsync([moved, progressed, late], null, cancellationToken);
            }
        }
        finally
        {
            await stop.CancelAsync();
        }
    }
}
