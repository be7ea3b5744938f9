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
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Timing;

namespace NodeManager.Drains.Workloads;

/// <summary>
/// Where a budget never lets a pod go, restarts its Deployment as <c>kubectl rollout restart</c> does, once a run, so that its successor is
/// ready elsewhere before it goes. Undoes nothing. Thread-safe.
/// </summary>
/// <param name="scope">The run.</param>
/// <param name="survey">What the plan read.</param>
/// <param name="budgets">Of the run.</param>
/// <param name="run">Ends with the run: a restart is for the pods of all its nodes, and outlives the drain of the node that asked first.</param>
internal sealed class Surge(DrainScope scope, DrainSurvey survey, BudgetRegistry budgets, CancellationToken run)
{
    private const string RestartedAt = "kubectl.kubernetes.io/restartedAt";

    private readonly ConcurrentDictionary<string, Lazy<Task>> _restarts = new();
    private readonly SurgeInspector _inspector = new(scope.Client, survey.Server.Minor);

    /// <summary>
    /// True when the pod's Deployment was restarted and the pod is terminating; false when it has to go the usual way, for now: what is
    /// in progress with the Deployment may end, so it is worth asking again.
    /// </summary>
    /// <param name="record">Of the pod.</param>
    /// <param name="pods">Of its node.</param>
    /// <param name="changed">Called when what the pod waits for has changed.</param>
    /// <param name="warn">Told why it is not surged.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="DrainStoppedException">The rollout failed, or its time was up.</exception>
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

        // Said once for each reason, not with each try.
        if (record.SurgeRefusal != refusal)
            warn($"Pod {record.Title}: no surge: {refusal}.");
        record.SurgeRefusal = refusal;
        return false;
    }

    // A restart that failed is tried again by the next pod that needs it.
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
        // The same moment each time: a patch whose answer was lost restarts nothing twice.
        await scope.Retry.RunAsync(
            token =>
                scope.Client.PatchAsync(
                    Resources.Deployments,
                    deployment.Metadata.Name,
                    deployment.Metadata.Namespace,
                    patch,
                    null,
                    RequestOptions.Default,
                    token
                ),
            run
        );
        scope.Observer.Verbose(
            $"Deployment {deployment.Metadata.Namespace}/{deployment.Metadata.Name}: restarted to start replacements before the eviction."
        );
    }

    // Until the Deployment takes the pod, which it does when the successor is ready.
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
            use.Cache.Admit(deployment);
            await use.Cache.Synced.WaitAsync(cancellationToken);
            while (true)
            {
                (Pod? pod, Task moved) = pods.Look(record.Plan.Uid);
                (Deployment? now, Task progressed) = use.Cache.Look(deployment.Metadata.Uid ?? "");
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
                record.Surges(blocker, scope.Now);
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
