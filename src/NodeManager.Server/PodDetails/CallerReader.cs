using NodeManager.Core.Operations;
using NodeManager.Kubernetes;
using NodeManager.Server.Clusters;
using NodeManager.Server.Delegation;

namespace NodeManager.Server.PodDetails;

/// <summary>
/// Reads what the account of the server may not: with the token of the caller, if the caller is a user of the cluster, so that the API server
/// decides. Local callers read as the user of the server.
/// </summary>
internal sealed class CallerReader(ClusterSession cluster)
{
    private const string Bearer = "Bearer ";

    /// <param name="target">What is read, for errors.</param>
    /// <exception cref="NodeManagerException">The refusal of the API server, which names the missing right.</exception>
    public Task<T> ReadAsync<T>(HttpContext context, string target, Func<KubernetesClient, CancellationToken, Task<T>> read) =>
        ClusterOperation.RunAsync(
            cluster.Session,
            target,
            async (connection, token) =>
            {
                if (context.Features.Get<DelegatedUser>() is null)
                    return await read(connection.Client, token);
                using KubernetesClient own = connection.Client.WithToken(TokenOf(context));
                return await read(own, token);
            },
            context.RequestAborted
        );

    // The header that the token review has accepted.
    private static string TokenOf(HttpContext context) => context.Request.Headers.Authorization.ToString()[Bearer.Length..].Trim();
}
