using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace NodeManager.SchedulerControl.Measuring;

/// <summary>Reads a scheduler's metrics from a URL. The certificate is checked by the system's or the given authorities.</summary>
internal sealed class MetricsEndpoint : IDisposable
{
    // A scheduler's metrics are a few hundred KiB.
    private const long LargestAnswer = 64L << 20;
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    private readonly HttpClient _client;
    private readonly Uri _address;

    /// <param name="address">Ends with <c>/metrics</c>.</param>
    /// <param name="token">The bearer token, or null.</param>
    /// <param name="authorityFile">A file of CA certificates for the scheduler's, or null.</param>
    /// <exception cref="NodeManagerException">A token without TLS; a file without certificates.</exception>
    public MetricsEndpoint(Uri address, string? token, string? authorityFile)
    {
        if (token is not null && address.Scheme != Uri.UriSchemeHttps)
            throw new NodeManagerException(
                ErrorIds.SchedulerMetricsUnavailable,
                ErrorKind.SecurityError,
                $"The token is not sent to {address}: the connection is not encrypted.",
                address,
                "Use https."
            );
        _address = address;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectTimeout = ConnectTimeout,
            AutomaticDecompression = DecompressionMethods.GZip,
        };
        if (authorityFile is not null)
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = Policy(authorityFile) };
        _client = new HttpClient(handler, disposeHandler: true)
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = LargestAnswer,
        };
        if (token is not null)
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <exception cref="NodeManagerException">SchedulerMetricsUnavailable, Unauthorized, Forbidden, CertificateUntrusted.</exception>
    public async Task<string> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await _client.GetAsync(_address, cancellationToken);
            if (!answer.IsSuccessStatusCode)
                throw Refused(answer.StatusCode);
            return await answer.Content.ReadAsStringAsync(cancellationToken);
        }
        catch (HttpRequestException exception)
        {
            throw Unreachable(exception);
        }
    }

    public void Dispose() => _client.Dispose();

    private static X509ChainPolicy Policy(string file)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(file);
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new NodeManagerException(
                ErrorIds.CertificateInvalid,
                ErrorKind.InvalidArgument,
                $"{file} contains no certificates: {exception.Message}",
                file,
                "Specify a file in PEM format.",
                exception
            );
        }

        return policy.CustomTrustStore.Count > 0
            ? policy
            : throw new NodeManagerException(
                ErrorIds.CertificateInvalid,
                ErrorKind.InvalidArgument,
                $"{file} contains no certificates.",
                file,
                "Specify a file in PEM format."
            );
    }

    private NodeManagerException Refused(HttpStatusCode status) =>
        status switch
        {
            HttpStatusCode.Unauthorized => new(
                ErrorIds.Unauthorized,
                ErrorKind.AuthenticationError,
                $"The scheduler at {_address} rejected the credentials.",
                _address,
                "Specify a token with -BearerToken, for example of a ServiceAccount: kubectl create token NAME."
            ),
            HttpStatusCode.Forbidden => new(
                ErrorIds.Forbidden,
                ErrorKind.PermissionDenied,
                $"Permission denied: the user cannot read the metrics of the scheduler at {_address}.",
                _address,
                "Grant the verb get on the nonResourceURL /metrics, and specify the token of the user with -BearerToken."
            ),
            _ => new(
                ErrorIds.SchedulerMetricsUnavailable,
                ErrorKind.ProtocolError,
                $"{_address} answers {(int)status} {status}.",
                _address,
                "Check the address: it ends with /metrics."
            ),
        };

    private NodeManagerException Unreachable(HttpRequestException exception)
    {
        if (exception.HttpRequestError == HttpRequestError.SecureConnectionError)
            return new NodeManagerException(
                ErrorIds.CertificateUntrusted,
                ErrorKind.SecurityError,
                $"The certificate of {_address} is not trusted: {exception.InnerException?.Message ?? exception.Message}",
                _address,
                "Specify the signing authority with -CertificateAuthority. A scheduler without --tls-cert-file creates a new self-signed certificate "
                    + "at each start.",
                exception
            );
        var isRefused = exception.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused };
        return new NodeManagerException(
            ErrorIds.SchedulerMetricsUnavailable,
            ErrorKind.ConnectionError,
            $"Cannot reach {_address}: {exception.InnerException?.Message ?? exception.Message}",
            _address,
            isRefused ? SchedulerMetricsReader.LoopbackAdvice : "Check the address and the network.",
            exception
        );
    }
}
