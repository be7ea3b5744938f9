using NodeManager.Core.Operations;
using NodeManager.Drains.Options;
using NodeManager.Kubernetes;

namespace NodeManager.Drains.Planning;

/// <summary>Asks the server before the first change whether the user may drain (SelfSubjectAccessReview).</summary>
internal sealed class AccessCheck(KubernetesClient client, DrainOptions options)
{
    /// <summary>The permissions that every drain needs.</summary>
    public async Task<IReadOnlyList<NodeDrainBlocker>> MissingAsync(CancellationToken cancellationToken)
    {
        NodeDrainBlocker?[] missing = await Task.WhenAll(DrainPermissions.OfNode.Select(one => ReviewAsync(one, cancellationToken)));
        return [.. missing.OfType<NodeDrainBlocker>()];
    }

    /// <summary>Null if pods may be removed in this namespace, or in all (null).</summary>
    public async Task<NodeDrainBlocker?> MissingRemovalAsync(string? ns, CancellationToken cancellationToken)
    {
        NodeDrainBlocker?[] missing = await Task.WhenAll(
            DrainPermissions.OfRemoval(options, ns).Select(one => ReviewAsync(one, cancellationToken))
        );
        return Array.Find(missing, m => m is not null);
    }

    public static NodeDrainBlocker Missing(ResourceAttributes wanted, string? serverReason)
    {
        string resource = wanted.Subresource is null ? wanted.Resource ?? "" : $"{wanted.Resource}/{wanted.Subresource}";
        string where = wanted.Namespace is null ? "" : $" in namespace {wanted.Namespace}";
        string serverText = string.IsNullOrWhiteSpace(serverReason) ? "" : $" The API server answered: {serverReason}";
        return new()
        {
            Kind = "Permission",
            Name = $"{wanted.Verb} {resource}{where}",
            Message = $"Permission denied: cannot {wanted.Verb} {resource}{where}; grant it with a role.{serverText}",
        };
    }

    private async Task<NodeDrainBlocker?> ReviewAsync(ResourceAttributes wanted, CancellationToken cancellationToken)
    {
        SubjectAccessReviewStatus answer = await PermissionCheck.ReviewAsync(client, wanted, cancellationToken);
        return answer.Allowed ? null : Missing(wanted, answer.Reason);
    }
}
