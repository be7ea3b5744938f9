using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json;

namespace NodeManager.Kubernetes.Transport;

/// <summary>Why no whole answer came.</summary>
/// <param name="Cause">What was thrown.</param>
/// <param name="IsUnsent">The request never left: it is safe to send, whatever it is.</param>
/// <param name="MayPass">It may work next time.</param>
internal sealed record TransportFailure(Exception Cause, bool IsUnsent, bool MayPass)
{
    /// <summary>Null for what is no failure of the transport.</summary>
    public static TransportFailure? Of(Exception exception) => exception switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } e => new(e, true, e.InnerException is SocketException),
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ProxyTunnelError } e => new(e, true, false),
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } e => new(e, true, e.InnerException is IOException),
        HttpRequestException e => new(e, false, true),
        // SocketsHttpHandler's connect timeout; a caller's own cancellation is told apart by its token.
        OperationCanceledException { InnerException: TimeoutException } e => new(e, true, false),
        HttpIOException or IOException or JsonException => new(exception, false, true),
        _ => null,
    };

    public NodeManagerException ToException(Uri server, ApiRequest request, int tries, TimeSpan tried)
    {
        // The check of the server's certificate has said all there is to say.
        for (Exception? inner = Cause.InnerException; inner is not null; inner = inner.InnerException)
            if (inner is NodeManagerException told) return told;

        string address = server.GetLeftPart(UriPartial.Authority);
        if (Cause is JsonException)
            return new(
                ErrorIds.UnexpectedAnswer, ErrorKind.ProtocolError,
                $"What '{address}' answered to {request.Method} {request.Path} is not what the Kubernetes API answers: {Cause.Message}",
                address, "See that the address is an API server's and that no proxy answers in its place.", Cause);
        string times = tries == 1 ? "once" : tries.ToString(CultureInfo.InvariantCulture) + " times";
        return new(
            ErrorIds.ServerUnreachable, ErrorKind.ConnectionError,
            string.Create(CultureInfo.InvariantCulture,
                $"The API server at '{address}' cannot be reached (tried {times} in {tried.TotalSeconds:0.0} s): {Reason(Cause)}"),
            address, "See that the server runs, that the address is right and that this machine may connect to it (firewall, VPN, proxy).", Cause);
    }

    private static string Reason(Exception cause) => cause switch
    {
        OperationCanceledException => "no connection was made within 10 s.",
        HttpRequestException { InnerException: AuthenticationException inner } => inner.Message,
        HttpRequestException { InnerException: SocketException inner } => inner.Message + ".",
        _ => cause.Message,
    };
}
