using NodeManager.Core.Sessions;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;

namespace NodeManager.Core.Operations;

/// <summary>
/// Checks with the API server (SelfSubjectAccessReview) whether this user may make a change, before it is announced or begun.
/// </summary>
public static class PermissionCheck
{
    /// <param name="target">The changed object, for the error.</param>
    /// <param name="needed">All of them are required.</param>
    /// <exception cref="NodeManagerException">Forbidden, with the first missing permission.</exception>
    public static Task RequireAsync(
        NodeManagerSession session,
        object target,
        IReadOnlyList<ResourceAttributes> needed,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync(
            session,
            target,
            async (connection, token) =>
            {
                await RequireAsync(connection, target, needed, token);
                return true;
            },
            cancellationToken
        );

    public static async Task RequireAsync(
        ClusterConnection connection,
        object target,
        IReadOnlyList<ResourceAttributes> needed,
        CancellationToken cancellationToken
    )
    {
        SubjectAccessReviewStatus[] answers = await Task.WhenAll(
            needed.Select(one => ReviewAsync(connection.Client, one, cancellationToken))
        );
        int missing = Array.FindIndex(answers, static one => !one.Allowed);
        if (missing >= 0)
            throw Forbidden(needed[missing], answers[missing].Reason, connection.Cluster, target);
    }

    /// <summary>The server's answer; allowed if it cannot answer.</summary>
    public static async Task<SubjectAccessReviewStatus> ReviewAsync(
        KubernetesClient client,
        ResourceAttributes needed,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await client.ReviewAccessAsync(needed, cancellationToken);
        }
        catch (KubernetesException)
        {
            // A user or server without access reviews may still be allowed; the change itself shows it.
            return new() { Allowed = true };
        }
    }

    private static NodeManagerException Forbidden(ResourceAttributes needed, string? reason, string cluster, object target)
    {
        string resource = string.IsNullOrEmpty(needed.Subresource) ? needed.Resource! : $"{needed.Resource}/{needed.Subresource}";
        string qualified = string.IsNullOrEmpty(needed.Group) ? resource : $"{resource}.{needed.Group}";
        string where = needed.Namespace is null ? "" : $" in namespace {needed.Namespace}";
        string answer = string.IsNullOrWhiteSpace(reason) ? "" : $" The API server answered: {reason}";
        return new(
            ErrorIds.Forbidden,
            ErrorKind.PermissionDenied,
            $"Permission denied: cannot {needed.Verb} {qualified}{where} in cluster '{cluster}'.{answer}",
            target,
            $"Grant the verb '{needed.Verb}' on the resource '{resource}' of API group '{needed.Group}'; deploy/rbac.yaml has suitable roles."
        );
    }
}
