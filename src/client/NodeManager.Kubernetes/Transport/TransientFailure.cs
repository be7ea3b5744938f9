using System.Net;
using NodeManager.Kubernetes.Errors;

namespace NodeManager.Kubernetes.Transport;

/// <summary>Distinguishes transient from permanent failures.</summary>
public static class TransientFailure
{
    /// <summary>The server or the network failed; a retry may succeed.</summary>
    public static bool Is(Exception exception) =>
        exception switch
        {
            KubernetesException refused => Is(refused.Code),
            NodeManagerException known => known.ErrorId
                is ErrorIds.ServerUnreachable
                    or ErrorIds.ServerTimeout
                    or ErrorIds.ServerError
                    or ErrorIds.TooManyRequests
                    or ErrorIds.UnexpectedAnswer,
            _ => TransportFailure.Of(exception) is not null,
        };

    /// <summary>
    /// For work in progress: also a credential plugin that failed. Its credentials worked before, and it fails while the network is down, as the
    /// server does.
    /// </summary>
    public static bool IsDuringWork(Exception exception) =>
        Is(exception) || exception is NodeManagerException { ErrorId: ErrorIds.CredentialPluginFailed };

    /// <summary>The server is overloaded, restarting or failed. 501 is permanent.</summary>
    public static bool Is(HttpStatusCode code) =>
        code is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout
        || (code >= HttpStatusCode.InternalServerError && code is not HttpStatusCode.NotImplemented);
}
