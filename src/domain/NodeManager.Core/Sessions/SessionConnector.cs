using NodeManager.Core.Progress;
using NodeManager.Kubernetes.Configuration;

namespace NodeManager.Core.Sessions;

/// <summary>Connects sessions for callers without a logging library; see <see cref="IOperationLog"/>.</summary>
public static class SessionConnector
{
    /// <summary>To a cluster of a kubeconfig.</summary>
    public static Task<NodeManagerSession> ConnectAsync(
        KubeconfigRequest request,
        IOperationLog log,
        CancellationToken cancellationToken
    ) =>
        SessionFactory.ConnectAsync(
            Kubeconfig.Load(request),
            "Kubeconfig",
            new OperationLogger(log),
            TimeProvider.System,
            cancellationToken
        );

    /// <summary>From within a pod, with its service account.</summary>
    public static Task<NodeManagerSession> ConnectInClusterAsync(IOperationLog log, CancellationToken cancellationToken) =>
        SessionFactory.ConnectAsync(
            Kubeconfig.LoadInCluster(),
            "InCluster",
            new OperationLogger(log),
            TimeProvider.System,
            cancellationToken
        );

    /// <summary>Over a custom transport, which is disposed with the session.</summary>
    public static Task<NodeManagerSession> ConnectAsync(
        string cluster,
        Uri server,
        HttpMessageHandler transport,
        IDisposable owned,
        IOperationLog log,
        TimeProvider time,
        CancellationToken cancellationToken
    ) => SessionFactory.ConnectAsync(cluster, server, transport, owned, new OperationLogger(log), time, cancellationToken);

    /// <summary>To the cluster of an existing session, as another user.</summary>
    public static Task<NodeManagerSession> ConnectAsAsync(
        NodeManagerSession session,
        string user,
        IReadOnlyList<string> groups,
        IOperationLog log,
        CancellationToken cancellationToken
    ) => SessionFactory.ConnectAsAsync(session, user, groups, new OperationLogger(log), cancellationToken);
}
