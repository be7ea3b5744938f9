using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace NodeManager.Providers.PoolService;

/// <summary>Connections to a pool service: its TLS and its proxy; no cookies, and no redirect that would carry a token elsewhere.</summary>
internal static class PoolServiceTransport
{
    /// <exception cref="NodeManagerException">PoolServiceInvalid: the authorities cannot be read.</exception>
    public static HttpMessageHandler Create(PoolServiceConfiguration configuration)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.GZip,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            SslOptions = new SslClientAuthenticationOptions(),
        };
        if (configuration.Proxy is { } proxy) handler.Proxy = new WebProxy(proxy);
        if (configuration.SkipCertificateCheck)
#pragma warning disable CA5359 // The configuration asks for it.
            handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        else if (configuration.CertificateAuthorityPath.Length > 0)
            handler.SslOptions.CertificateChainPolicy = Trusting(configuration.CertificateAuthorityPath);
        return handler;
    }

    private static X509ChainPolicy Trusting(string path)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw Invalid(path, e.Message, e);
        }

        return policy.CustomTrustStore.Count > 0 ? policy : throw Invalid(path, "it contains no certificate", null);
    }

    private static NodeManagerException Invalid(string path, string why, Exception? cause) => new(
        ErrorIds.PoolServiceInvalid, ErrorKind.InvalidArgument, $"The pool service's certificate authorities cannot be read from '{path}': {why}", path,
        "Give a PEM file that this user can read.", cause);
}
