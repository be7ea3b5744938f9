using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Core.Operations;
using NodeManager.Drains.Decisions;
using NodeManager.Drains.Progress;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Scheduling;

namespace NodeManager.Drains.Evictions;

/// <summary>
/// Creates, renews, withdraws and deletes the EvictionRequest of a pod. Each pod has one, so that a repeated drain renews it.
/// </summary>
internal sealed class EvictionRequestWriter(DrainScope scope)
{
    public const string Requester = "nodemanager.io/drain";

    public const string Eviction = "Eviction";

    private const string Withdrawn = "Withdrawn";
    private const int FailureLimit = 10;
    private static readonly TimeSpan CleanUp = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(5);

    public static string NameOf(Pod pod) => $"nodemanager-{pod.Uid()}";

    /// <summary>False if the pod or its namespace is terminating or gone.</summary>
    public async Task<bool> CreateOrRenewAsync(Pod pod, CancellationToken cancellationToken)
    {
        TimeSpan retry = TimeSpan.FromMilliseconds(200);
        DateTimeOffset since = scope.Now;
        for (int failures = 0; ; failures++)
        {
            TimeSpan pause;
            try
            {
                await TryAskAsync(pod, cancellationToken);
                return true;
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested && EvictionAnswer.Of(exception) is { } answer)
            {
                if (answer.Kind is EvictionAnswerKind.Gone or EvictionAnswerKind.NamespaceTerminating)
                    return false;
                bool mayPass =
                    answer.Kind is EvictionAnswerKind.Later or EvictionAnswerKind.Conflict
                    || (
                        answer.Kind == EvictionAnswerKind.Unreachable
                        && (answer.IsUnanswered ? scope.Now - since < UnreachableServerRetry.Limit : failures < FailureLimit)
                    );
                if (!mayPass)
                    throw;
                scope.Observer.Verbose($"Pod {pod.Key()}: its EvictionRequest was not created, retrying: {answer.Message}");
                pause = answer.RetryAfter ?? retry;
                retry = retry * 2 < LastRetry ? retry * 2 : LastRetry;
            }

            await scope.DelayAsync(pause, cancellationToken);
        }
    }

    /// <summary>Withdraws the request; it is deleted with its pod. Bounded, also after a cancellation; never throws.</summary>
    public Task WithdrawAsync(Pod pod) =>
        TidyAsync(
            pod,
            "withdrawn",
            token =>
                ApplyAsync(
                    pod,
                    Withdrawn,
                    new JsonArray(
                        new JsonObject
                        {
                            ["apiVersion"] = "v1",
                            ["kind"] = "Pod",
                            ["name"] = pod.Metadata.Name,
                            ["uid"] = pod.Uid(),
                        }
                    ),
                    token
                )
        );

    /// <summary>Deletes a completed request. Bounded, also after a cancellation; never throws.</summary>
    public Task RemoveAsync(Pod pod) =>
        TidyAsync(
            pod,
            "removed",
            token => scope.Client.DeleteAsync(Resources.EvictionRequests, NameOf(pod), pod.Metadata.Namespace, new(), token)
        );

    private async Task TryAskAsync(Pod pod, CancellationToken cancellationToken)
    {
        await scope.Throttle.WaitAsync(cancellationToken);
        try
        {
            EvictionRequest request = new()
            {
                ApiVersion = "lifecycle.k8s.io/v1alpha1",
                Kind = "EvictionRequest",
                Metadata = new()
                {
                    Name = NameOf(pod),
                    Namespace = pod.Metadata.Namespace,
                    Labels = new() { [EvictionCache.LabelKey] = EvictionCache.LabelValue },
                },
                Spec = new()
                {
                    Requester = Requester,
                    Intent = Eviction,
                    Target = new()
                    {
                        Pod = new() { Name = pod.Metadata.Name, Uid = pod.Uid() },
                    },
                },
            };
            try
            {
                await scope.Client.CreateAsync(
                    Resources.EvictionRequests,
                    request,
                    pod.Metadata.Namespace,
                    new() { Retry = false },
                    cancellationToken
                );
            }
            catch (KubernetesException exists) when (exists.Code == HttpStatusCode.Conflict)
            {
                // From an interrupted drain, or from our own attempt whose answer was lost: renew it.
                await ApplyAsync(pod, Eviction, null, cancellationToken);
            }
        }
        finally
        {
            scope.Throttle.Release();
        }
    }

    private Task<EvictionRequest> ApplyAsync(Pod pod, string intent, JsonArray? owners, CancellationToken cancellationToken) =>
        scope.Client.PatchAsync(
            Resources.EvictionRequests,
            NameOf(pod),
            pod.Metadata.Namespace,
            Patch.Merge(
                new()
                {
                    ["metadata"] = new JsonObject
                    {
                        ["ownerReferences"] = owners,
                        ["labels"] = new JsonObject { [EvictionCache.LabelKey] = EvictionCache.LabelValue },
                    },
                    ["spec"] = new JsonObject { ["intent"] = intent },
                }
            ),
            cancellationToken
        );

    private async Task TidyAsync(Pod pod, string what, Func<CancellationToken, Task> tidy)
    {
        using CancellationTokenSource limit = new(CleanUp, scope.Time);
        try
        {
            await tidy(limit.Token);
        }
        catch (KubernetesException gone) when (gone.Code == HttpStatusCode.NotFound)
        {
            // Already in the desired state.
        }
        catch (Exception exception)
            when (exception
                    is KubernetesException
                        or OperationCanceledException
                        or NodeManagerException
                        or HttpRequestException
                        or IOException
            )
        {
            scope.Observer.Verbose($"Pod {pod.Key()}: its EvictionRequest {NameOf(pod)} could not be {what}: {exception.Message}");
        }
    }
}
