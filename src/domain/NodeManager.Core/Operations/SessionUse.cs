using NodeManager.Kubernetes;

namespace NodeManager.Core.Operations;

public static class SessionUse
{
    /// <summary>Gives access to the session's client, with the error handling of all operations.</summary>
    public static Task<T> UseAsync<T>(
        this NodeManagerSession session,
        Func<KubernetesClient, CancellationToken, Task<T>> work,
        CancellationToken cancellationToken
    ) => ClusterOperation.RunAsync(session, session, (connection, token) => work(connection.Client, token), cancellationToken);
}
