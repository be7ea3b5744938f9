using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json;

namespace NodeManager.Kubernetes.Transport;

/// <summary>Why a response is missing or truncated.</summary>
/// <param name="IsUnsent">The request was not sent and can be retried in any case.</param>
/// <param name="IsTransient">Transient.</param>
internal sealed record TransportFailure(Exception Cause, bool IsUnsent, bool IsTransient)
{
    private const string UseHttps =
        "Check the address. A server that speaks HTTPS on this port needs an address that begins with https://.";

    /// <summary>Null unless the transport failed.</summary>
    public static TransportFailure? Of(Exception exception) =>
        exception switch
        {
            HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } e => new(
                e,
                true,
                e.InnerException is SocketException or ProxyException
            ),
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ProxyTunnelError } e => new(
                e,
                true,
                false
            ),
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } e => new(
                e,
                true,
                e.InnerException is IOException
            ),
            HttpRequestException e => new(e, false, true),
            ProxyException => new(exception, true, false),
            // The connect timeout of SocketsHttpHandler; a caller's cancellation has its own token.
            OperationCanceledException { InnerException: TimeoutException } e => new(e, true, false),
            TimeoutException => new(exception, false, false),
            AnswerTooLargeException => new(exception, false, false),
            HttpIOException or IOException or JsonException or InvalidDataException => new(exception, false, true),
            _ => null,
        };

    public NodeManagerException ToException(Uri server, ApiRequest request, int tries, TimeSpan duration)
    {
        // The certificate check has its own exception.
        for (Exception? inner = Cause.InnerException; inner is not null; inner = inner.InnerException)
            if (inner is NodeManagerException problem)
                return problem;

        string address = server.GetLeftPart(UriPartial.Authority);
        if (Cause is AnswerTooLargeException)
            return new(
                ErrorIds.UnexpectedAnswer,
                ErrorKind.ProtocolError,
                $"The answer of '{address}' to {request.Method} {request.Path} is refused: {Cause.Message}",
                address,
                "Check that the address is that of an API server. If a list is that large, select less of it.",
                Cause
            );
        if (Cause is JsonException or InvalidDataException)
            return new(
                ErrorIds.UnexpectedAnswer,
                ErrorKind.ProtocolError,
                $"What '{address}' answered to {request.Method} {request.Path} is not what the Kubernetes API answers: {Cause.Message}",
                address,
                "See that the address is an API server's and that no proxy answers in its place.",
                Cause
            );
        string times = tries == 1 ? "once" : tries.ToString(CultureInfo.InvariantCulture) + " times";
        string tried = string.Create(CultureInfo.InvariantCulture, $"(tried {times} in {duration.TotalSeconds:0.0} s)");
        if ((Cause as ProxyException ?? Cause.InnerException as ProxyException) is { } proxy)
            return new(
                ErrorIds.ServerUnreachable,
                ErrorKind.ConnectionError,
                $"The proxy '{proxy.Address}' on the way to the API server at '{address}' {(Cause == proxy ? "made no connection" : "cannot be reached")} {tried}: {proxy.Message.TrimEnd('.')}.",
                address,
                "Check proxy-url in the kubeconfig and the environment variables HTTPS_PROXY, HTTP_PROXY and NO_PROXY.",
                Cause
            );
        // A request that cannot be repeated may have been carried out.
        return IsUnsent || request.Method == HttpMethod.Get || request.Retry == RetryMode.Always
            ? new(
                ErrorIds.ServerUnreachable,
                ErrorKind.ConnectionError,
                $"The API server at '{address}' cannot be reached {tried}: {Reason(Cause)}",
                address,
                Action(server),
                Cause
            )
            : new(
                ErrorIds.ServerTimeout,
                ErrorKind.OperationTimeout,
                $"The API server at '{address}' did not answer {request.Method} {request.Path} {tried}: {Reason(Cause)}",
                address,
                "The change may have been applied. Check before you retry.",
                Cause
            );
    }

    /// <summary>A plain HTTP response may be from another server, or from an API server that expects HTTPS.</summary>
    public static NodeManagerException IsPlain(Uri server, ApiRequest request)
    {
        string address = server.GetLeftPart(UriPartial.Authority);
        return new(
            ErrorIds.UnexpectedAnswer,
            ErrorKind.ProtocolError,
            $"'{address}' answered {request.Method} {request.Path} with 400 and not as a Kubernetes API server does.",
            address,
            UseHttps
        );
    }

    private string Action(Uri server)
    {
        bool isOtherProtocol =
            Cause is HttpRequestException
            {
                HttpRequestError: HttpRequestError.ResponseEnded
                    or HttpRequestError.InvalidResponse
                    or HttpRequestError.SecureConnectionError
            };
        if (!isOtherProtocol)
            return "See that the server runs, that the address is right and that this machine may connect to it (firewall, VPN, proxy).";
        return server.Scheme == Uri.UriSchemeHttps
            ? "Check that the server speaks HTTPS on this port. A server without TLS needs an address that begins with http://."
            : UseHttps;
    }

    private static string Reason(Exception cause) =>
        cause switch
        {
            OperationCanceledException => "no connection was made within 10 s.",
            HttpRequestException { InnerException: AuthenticationException inner } => inner.Message,
            // Windows ends its messages with a period, and others do not.
            HttpRequestException { InnerException: SocketException inner } => inner.Message.TrimEnd('.') + ".",
            _ => cause.Message,
        };
}
