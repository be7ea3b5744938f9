using System.Globalization;
using System.Net;
using NodeManager.Providers.Http;

namespace NodeManager.Providers.PoolService;

/// <summary>The context of a request, which determines the meaning of a refusal.</summary>
/// <param name="Path">Below the base address, without the query.</param>
/// <param name="Pool">The name or id of the pool; empty for other requests.</param>
/// <param name="Cluster">The id of the cluster; empty for other paths.</param>
internal sealed record PoolRequest(HttpMethod Method, string Path, string Pool = "", string Cluster = "");

/// <summary>Translates failures of the service for users.</summary>
internal sealed class PoolServiceErrors(Uri service)
{
    public NodeManagerException Refused(PoolRequest request, HttpStatusCode code, WireError? error)
    {
        string serviceText = Text(code, error);
        string pool = request.Pool.Length > 0 ? $"node pool '{request.Pool}'" : "the request";
        return code switch
        {
            HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity => Error(
                request,
                ErrorIds.Invalid,
                ErrorKind.InvalidData,
                $"The pool service refused {pool}: {serviceText}",
                "Correct the values that the message names."
            ),
            HttpStatusCode.Unauthorized => Error(
                request,
                ErrorIds.Unauthorized,
                ErrorKind.AuthenticationError,
                $"The pool service at {service} did not accept the credentials: {serviceText}",
                "Log in again, or give another token with Set-NodeManagerConfiguration -PoolService."
            ),
            HttpStatusCode.Forbidden => Error(
                request,
                ErrorIds.Forbidden,
                ErrorKind.PermissionDenied,
                $"Permission denied by the pool service for {pool}: {serviceText}",
                "Ask an administrator of the pool service for access."
            ),
            HttpStatusCode.NotFound => NotFound(request, serviceText, error is not null),
            HttpStatusCode.Conflict => Conflict(request, pool, serviceText),
            HttpStatusCode.TooManyRequests => Error(
                request,
                ErrorIds.TooManyRequests,
                ErrorKind.LimitsExceeded,
                $"The pool service refuses more requests: {serviceText}",
                "Wait a moment, then run the command again."
            ),
            HttpStatusCode.RequestTimeout or HttpStatusCode.GatewayTimeout => Error(
                request,
                ErrorIds.ServerTimeout,
                ErrorKind.OperationTimeout,
                $"The pool service did not finish {request.Method} {request.Path} in time: {serviceText}",
                NotRepeated(request)
            ),
            >= HttpStatusCode.InternalServerError => Error(
                request,
                ErrorIds.ServerError,
                ErrorKind.ResourceUnavailable,
                $"The pool service failed at {request.Method} {request.Path}: {serviceText}",
                NotRepeated(request)
            ),
            _ => Error(
                request,
                ErrorIds.UnexpectedAnswer,
                ErrorKind.ProtocolError,
                $"The pool service at {service} answered {request.Method} {request.Path} with {serviceText}",
                "Check the service's base address, and that no proxy or login page answers in its place."
            ),
        };
    }

    private NodeManagerException NotFound(PoolRequest request, string serviceText, bool isOfService)
    {
        if (request.Cluster.Length > 0 && isOfService)
            return Error(
                request,
                ErrorIds.PoolClusterNotFound,
                ErrorKind.ObjectNotFound,
                $"The pool service has no cluster '{request.Cluster}': {serviceText}",
                "Check the cluster's id in the configuration, or use -Cluster."
            );
        if (request.Pool.Length > 0 && request.Method != HttpMethod.Post)
            return Error(
                request,
                ErrorIds.NodePoolNotFound,
                ErrorKind.ObjectNotFound,
                $"Node pool '{request.Pool}' was not found: {serviceText}",
                "List the pools with Get-NodePool; the pool may have been deleted."
            );
        return Error(
            request,
            ErrorIds.NotFound,
            ErrorKind.ObjectNotFound,
            $"The pool service at {service} does not serve {request.Method} {request.Path}: {serviceText}",
            "Check the service's base address, and Routes of the pool service's configuration."
        );
    }

    private NodeManagerException Conflict(PoolRequest request, string pool, string serviceText) =>
        request.Method == HttpMethod.Post
            ? Error(
                request,
                ErrorIds.NodePoolExists,
                ErrorKind.ResourceExists,
                $"The pool service refused to create {pool}: {serviceText}",
                "Use another name, or change the pool with Set-NodePool."
            )
            : Error(
                request,
                ErrorIds.Conflict,
                ErrorKind.ResourceBusy,
                $"The pool service reports a conflict about {pool}: {serviceText}",
                "Read the pool with Get-NodePool, and run the command again."
            );

    private NodeManagerException Error(PoolRequest request, string id, ErrorKind kind, string message, string action)
    {
        object target = request.Pool.Length > 0 ? request.Pool : service;
        return new(id, kind, message, target, action);
    }

    public NodeManagerException Unreachable(PoolRequest request, int tries, Exception cause)
    {
        if (ProviderHttp.IsCertificateRefused(cause))
            return Untrusted(cause);
        string times = tries == 1 ? "once" : string.Create(CultureInfo.InvariantCulture, $"{tries} times");
        return new(
            ErrorIds.ServerUnreachable,
            ErrorKind.ConnectionError,
            $"The pool service at {service} cannot be reached (tried {times}): {cause.GetBaseException().Message}",
            service,
            "Check the address, the network and any proxy between this machine and the service. "
                + (request.Method == HttpMethod.Get ? "Then run the command again." : NotRepeated(request)),
            cause
        );
    }

    public NodeManagerException TimedOut(PoolRequest request, TimeSpan limit, Exception cause) =>
        new(
            ErrorIds.ServerTimeout,
            ErrorKind.OperationTimeout,
            $"The pool service at {service} did not answer {request.Method} {request.Path} within {HumanDuration.Format(limit)}.",
            service,
            NotRepeated(request),
            cause
        );

    public NodeManagerException Unreadable(PoolRequest request, string why, Exception? cause = null) =>
        new(
            ErrorIds.UnexpectedAnswer,
            ErrorKind.ProtocolError,
            $"The answer of the pool service at {service} to {request.Method} {request.Path} cannot be read: {why}",
            service,
            "Check the service's base address, and that no proxy or login page answers in its place.",
            cause
        );

    private NodeManagerException Untrusted(Exception cause) =>
        new(
            ErrorIds.CertificateUntrusted,
            ErrorKind.SecurityError,
            $"The certificate of the pool service at {service} is not trusted: {cause.GetBaseException().Message}",
            service,
            ProviderHttp.CertificateAdvice(
                cause,
                "Give the authority that signed it as CertificateAuthorityPath of the pool service's configuration."
            ),
            cause
        );

    private static string NotRepeated(PoolRequest request) =>
        request.Method == HttpMethod.Get
            ? "Run the command again in a moment."
            : "The change may have been applied. Check with Get-NodePool before you run the command again.";

    private static string Text(HttpStatusCode code, WireError? error)
    {
        string number = ((int)code).ToString(CultureInfo.InvariantCulture);
        if (error is null)
            return $"{number} {code}";
        string details = error.Details switch
        {
            System.Text.Json.Nodes.JsonValue value when value.TryGetValue(out string? text) => text,
            null => "",
            var other => other.ToJsonString(),
        };
        return $"{error.Message}{(details.Length > 0 ? $": {details}" : "")} ({number} {error.Code})";
    }
}
