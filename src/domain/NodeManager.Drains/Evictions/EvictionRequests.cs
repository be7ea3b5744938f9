using NodeManager.Controllers.Caching;
using NodeManager.Drains.Budgets;
using NodeManager.Drains.Planning;
using NodeManager.Drains.Progress;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Scheduling;

namespace NodeManager.Drains.Evictions;

/// <summary>
/// Evicts pods by EvictionRequest: the pod's responders handle the request and report in the Eviction that the server creates. The last
/// responder is the server's evictor. Incomplete requests are withdrawn. One for each run; thread-safe.
/// </summary>
internal sealed class EvictionRequests(
    DrainScope scope,
    ServerCapabilities server,
    BudgetRegistry budgets,
    IReadOnlyCollection<string> namespaces
) : IDisposable
{
    /// <summary>The last responder of every pod: it evicts within the budgets, as the eviction subresource does.</summary>
    public const string Evictor = "imperative-eviction.k8s.io/evictor";

    // A running controller creates an Eviction immediately.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    // The server gives the last responder five seconds to report after the pod is gone.
    private static readonly TimeSpan Reporting = TimeSpan.FromSeconds(6);

    // The pod's watch may be ahead of the Eviction's.
    private static readonly TimeSpan Hearing = TimeSpan.FromSeconds(2);

    private readonly EvictionCache _cache = new(scope, namespaces);
    private readonly EvictionRequestWriter _writer = new(scope);
    private readonly HashSet<string> _told = [];
    private volatile bool _isUseless;

    public bool AppliesTo(PodRecord record, Pod pod) =>
        server.HasEvictionRequests
        && !record.HasFallenBack
        && !pod.IsFinished()
        && !scope.Options.DisableEviction
        && scope.Options.GracePeriod is null
        && (
            scope.Options.EvictionApi == EvictionApi.EvictionRequest
            || (scope.Options.EvictionApi == EvictionApi.Auto && pod.Spec.EvictionResponders is { Count: > 0 } && !_isUseless)
        );

    /// <exception cref="DrainStoppedException">The request failed, and no fallback is allowed.</exception>
    public async Task<RequestEnd> EvictAsync(
        PodRecord record,
        Pod pod,
        ObjectCache<Pod> pods,
        Action changed,
        Func<Task> waitUntilGone,
        Action<string> warn,
        CancellationToken cancellationToken
    )
    {
        string? failure = null;
        bool isForbidden = false;
        _cache.Watch();
        try
        {
            if (await _writer.CreateOrRenewAsync(pod, cancellationToken))
            {
                failure = await FollowAsync(record, pods, changed, cancellationToken);
                if (failure is null && IsLeaving(record, pods))
                {
                    if (pods.Find(record.Plan.Uid)?.IsFinished() != true)
                    {
                        record.IsAccepted = true;
                        await waitUntilGone();
                    }

                    record.Conclusion = ConcludeAsync(record, pod, cancellationToken);
                }
            }
        }
        catch (KubernetesException refused)
        {
            failure = refused.Message.TrimEnd('.');
            isForbidden = EvictionAnswer.Of(refused)?.Kind == EvictionAnswerKind.Forbidden;
        }
        finally
        {
            if (record.Conclusion is null)
                await _writer.WithdrawAsync(pod);
        }

        if (record.Outcome is not null)
            return RequestEnd.Gone;
        if (failure is null && record.BlockedBy.Count > 0 && scope.Options.Once)
            return RequestEnd.Held;
        record.HasFallenBack = true;
        if (failure is not null)
            Refuse(record, failure, isForbidden, warn);
        return RequestEnd.FellBack;
    }

    public void Dispose() => _cache.Dispose();

    private static bool IsLeaving(PodRecord record, ObjectCache<Pod> pods) =>
        pods.Find(record.Plan.Uid) is not { } pod || pod.IsTerminating() || pod.IsFinished();

    private void Refuse(PodRecord record, string failure, bool isForbidden, Action<string> warn)
    {
        if (scope.Options.EvictionApi == EvictionApi.EvictionRequest)
        {
            throw new DrainStoppedException(
                new()
                {
                    Kind = isForbidden ? "Permission" : "Server",
                    Name = record.Title,
                    Message = $"The EvictionRequest failed: {failure}.",
                    Remedy = isForbidden ? "" : "To evict without EvictionRequests, select the Eviction API.",
                    Pods = new([record.Title]),
                }
            );
        }

        // The cause affects all other pods too: they skip the attempt.
        if (isForbidden || !_cache.HasSeenAny)
            _isUseless = true;
        bool isNew;
        lock (_told)
            isNew = _told.Add(failure);
        string message = $"Pod {record.Title}: the EvictionRequest failed ({failure}); evicting it with the eviction API.";
        if (isNew)
            warn(message);
        else
            scope.Observer.Verbose(message);
    }

    // Completes when the pod is terminating or completed, or the wait is over. Returns the reason if no progress is expected.
    private async Task<string?> FollowAsync(PodRecord record, ObjectCache<Pod> pods, Action changed, CancellationToken cancellationToken)
    {
        DateTimeOffset seen = scope.Now;
        bool isKnown = false;
        while (true)
        {
            (Pod? pod, Task podChanged) = pods.Observe(record.Plan.Uid);
            if (pod is null || pod.IsTerminating() || pod.IsFinished())
                return null;
            (EvictionRequest? request, EvictionProcess? process, Task processChanged) = _cache.Observe(record.Plan.Uid);
            if (request is not null && EvictionChoice.Rejection(request) is { } rejection)
                return EvictionChoice.TextOf(rejection);
            bool isAsked = request is { Spec.Intent: EvictionRequestWriter.Eviction, Metadata.DeletionTimestamp: null };
            if (isKnown && !isAsked)
                return "another client withdrew it";
            isKnown = isAsked;
            if (process is not null && EvictionChoice.IsWithdrawn(process))
                process = null;
            if (process is null && seen + Limit <= scope.Now)
                return $"no Eviction object was created within {Limit.TotalSeconds:0} s";
            if (process is not null)
            {
                seen = scope.Now;
                record.Responders = EvictionChoice.Responders(process);
                if (EvictionChoice.Failure(process) is { } failed)
                    return EvictionChoice.TextOf(failed);
                Report(record, pod);
            }

            changed();
            if (record.BlockedBy.Count > 0 && (scope.Options.Once || RemainingOverride(record) <= TimeSpan.Zero))
                return null;
            await scope.Time.WaitForChangeAsync(
                [podChanged, processChanged],
                process is null ? seen + Limit - scope.Now : RemainingOverride(record),
                cancellationToken
            );
        }
    }

    // The remaining wait for the refusing budget; null: no limit.
    private TimeSpan? RemainingOverride(PodRecord record) =>
        record.BlockedBy.Count > 0 ? record.HeldAt + scope.Options.OverrideBudgetAfter - scope.Now : null;

    private void Report(PodRecord record, Pod pod)
    {
        NodeDrainResponder? active = record.Responders.FirstOrDefault(static r => r.State == "Active");
        if (active is null)
            return;
        string message = active.Message.Length == 0 ? $"Responder {active.Name} handles the eviction." : active.Message;
        // If the server's evictor was refused, the budget refuses.
        IReadOnlyList<string> covering =
            active is { Name: Evictor, Message.Length: > 0 } && pod.Metadata.DeletionTimestamp is null
                ? [.. budgets.Covering(pod).Select(BudgetRules.Title)]
                : [];
        if (covering.Count > 0)
            record.RecordBlockingBudgets(covering, message, scope.Now);
        else
            record.RecordWait($"responder {active.Name}", message, DrainStep.Responder, active.Name, scope.Now);
    }

    // The request is deleted after the Eviction's end is reported, so that no responder reports to a deleted Eviction.
    private async Task ConcludeAsync(PodRecord record, Pod pod, CancellationToken cancellationToken)
    {
        DateTimeOffset gone = scope.Now;
        try
        {
            while (true)
            {
                (_, EvictionProcess? process, Task changed) = _cache.Observe(record.Plan.Uid);
                if (process is not null)
                    record.Responders = EvictionChoice.Responders(process);
                bool isOver = process is null ? record.Responders.Count > 0 : EvictionChoice.IsOver(process);
                TimeSpan remaining = gone + (process is null ? Hearing : Reporting) - scope.Now;
                if (isOver || remaining <= TimeSpan.Zero)
                    break;
                await scope.Time.WaitForChangeAsync([changed], remaining, cancellationToken);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or KubernetesException or NodeManagerException)
        {
            scope.Observer.Verbose($"Pod {record.Title}: the result could not be written to its Eviction: {exception.Message}");
        }

        await _writer.RemoveAsync(pod);
    }
}
