using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using NodeManager.Kubernetes.Configuration;

namespace NodeManager.Kubernetes.Transport;

internal static class TransportFactory
{
    public static HttpMessageHandler Create(ClusterConfiguration configuration, KubernetesClientOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = configuration.DisableCompression ? DecompressionMethods.None : DecompressionMethods.GZip,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            EnableMultipleHttp2Connections = true,
            InitialHttp2StreamWindowSize = 1024 * 1024,
            // A dead connection under a silent watch is noticed within a minute.
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(90),
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        };
        handler.SslOptions.TargetHost = configuration.TlsServerName;
        if (configuration.User.ClientCertificate is { } certificate)
            handler.SslOptions.ClientCertificates = [certificate];
        if (configuration.SkipTlsVerify)
#pragma warning disable CA5359 // The user said so, by insecure-skip-tls-verify or a switch.
            handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        else if (configuration.CertificateAuthorities is { } authorities)
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                Verify(certificate as X509Certificate2, chain, errors, authorities);
        return handler;
    }

    public static HttpMessageHandler Authenticate(HttpMessageHandler handler, ClusterConfiguration configuration, KubernetesClientOptions options) =>
        configuration.User.Token is { } token ? new TokenHandler(token, handler) : handler;

    private static bool Verify(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors, X509Certificate2Collection authorities)
    {
        if (certificate is null || chain is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)) return false;
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }

    private sealed class TokenHandler(string token, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Authorization = new("Bearer", token);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
