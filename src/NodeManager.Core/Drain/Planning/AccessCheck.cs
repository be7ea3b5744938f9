using NodeManager.Core.Drain.Options;
using NodeManager.Core.Operations;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Drain.Planning;

/// <summary>Asks the server, before anything is touched, whether this user may drain (SelfSubjectAccessReview).</summary>
internal sealed class AccessCheck(KubernetesClient client, DrainOptions options)
{
    /// <summary>What a drain needs whatever the pods are.</summary>
    public async Task<IReadOnlyList<NodeDrainBlocker>> MissingAsync(CancellationToken cancellationToken)
    {
        NodeDrainBlocker?[] missing = await Task.WhenAll(
            AskAsync(new() { Verb = "patch", Resource = "nodes" }, cancellationToken),
            AskAsync(new() { Verb = "list", Resource = "pods" }, cancellationToken),
            AskAsync(new() { Verb = "watch", Resource = "pods" }, cancellationToken)
        );
        return [.. missing.OfType<NodeDrainBlocker>()];
    }

    /// <summary>May pods be removed in this namespace, or in all (null)? Null when so.</summary>
    public async Task<NodeDrainBlocker?> MissingRemovalAsync(string? ns, CancellationToken cancellationToken)
    {
        List<ResourceAttributes> wanted = [];
        if (!options.DisableEviction)
            wanted.Add(
                new()
                {
                    Verb = "create",
                    Resource = "pods",
                    Subresource = "eviction",
                    Namespace = ns,
                }
            );
        if (options.DisableEviction || options.OverrideBudgetAfter is not null || options.ForceStuck is not null)
            wanted.Add(
                new()
                {
                    Verb = "delete",
                    Resource = "pods",
                    Namespace = ns,
                }
            );
        if (options is { EvictionApi: EvictionApi.EvictionRequest, DisableEviction: false, GracePeriod: null })
        {
            wanted.Add(
                new()
                {
                    Verb = "create",
                    Group = "lifecycle.k8s.io",
                    Resource = "evictionrequests",
                    Namespace = ns,
                }
            );
            wanted.Add(
                new()
                {
                    Verb = "watch",
                    Group = "lifecycle.k8s.io",
                    Resource = "evictions",
                    Namespace = ns,
                }
            );
        }

        NodeDrainBlocker?[] missing = await Task.WhenAll(wanted.Select(w => AskAsync(w, cancellationToken)));
        return Array.Find(missing, m => m is not null);
    }

    /// <summary>A permission that is missing, in words.</summary>
    public static NodeDrainBlocker Missing(ResourceAttributes wanted, string? serverReason)
    {
        string resource = wanted.Subresource is null ? wanted.Resource ?? "" : $"{wanted.Resource}/{wanted.Subresource}";
        string where = wanted.Namespace is null ? "" : $" in namespace {wanted.Namespace}";
        string said = string.IsNullOrWhiteSpace(serverReason) ? "" : $" The API server answered: {serverReason}";
        return new()
        {
            Kind = "Permission",
            Name = $"{wanted.Verb} {resource}{where}",
            Message = $"Permission denied: cannot {wanted.Verb} {resource}{where}; grant it with a role.{said}",
        };
    }

    private async Task<NodeDrainBlocker?> AskAsync(ResourceAttributes wanted, CancellationToken cancellationToken)
    {
        SubjectAccessReviewStatus answer = await PermissionCheck.AskAsync(client, wanted, cancellationToken);
        return answer.Allowed ? null : Missing(wanted, answer.Reason);
    }
}
