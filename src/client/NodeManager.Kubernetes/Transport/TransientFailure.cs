using System.Net;
using NodeManager.Kubernetes.Errors;

namespace NodeManager.Kubernetes.Transport;

/// <summary>Tells failures that a later try may not meet from those that stay.</summary>
public static class TransientFailure
{
    /// <summary>The server or the network failed; what was asked for may still be possible.</summary>
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

    /// <summary>The server is overloaded, restarts or failed. A method that it does not implement stays so.</summary>
    public static bool Is(HttpStatusCode code) =>
        code is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout
        || (code >= HttpStatusCode.InternalServerError && code is not HttpStatusCode.NotImplemented);
}
