using NodeManager.Kubernetes;

namespace NodeManager.Core.Operations;

public static class SessionUse
{
    /// <summary>For what needs the session's client itself; fails as all operations do.</summary>
    /// <exception cref="NodeManagerException">What the server refused, or what kept it from answering.</exception>
    public static Task<T> UseAsync<T>(
        this NodeManagerSession session,
        Func<KubernetesClient, CancellationToken, Task<T>> work,
        CancellationToken cancellationToken
    ) => ClusterOperation.RunAsync(session, session, (connection, token) => work(connection.Client, token), cancellationToken);
}
