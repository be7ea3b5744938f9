using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using NodeManager.Core.Machines;
using NodeManager.Kubernetes.Transport;

namespace NodeManager.Providers.Http;

/// <summary>
/// Connections to providers, pool services and alert receivers: TLS verified by default, no cookies, and no redirects that would send
/// credentials elsewhere.
/// </summary>
internal static class ProviderHttp
{
    // The inventory of a large Proxmox cluster, or a page of pools, has a few MiB.
    private const long LargestAnswer = 64L << 20;

    /// <param name="settings">Its settings may wrap the transport.</param>
    /// <param name="caBundle">PEM in base64 to trust instead of the system's authorities; null: the system's.</param>
    /// <param name="insecure">Accept any certificate.</param>
    /// <param name="timeout">The time limit of one request.</param>
    public static HttpClient Create(MachineProviderSettings settings, string? caBundle, bool insecure, TimeSpan timeout)
    {
        HttpMessageHandler transport = Transport(caBundle, insecure);
        return new(settings.WrapTransport?.Invoke(transport) ?? transport) { Timeout = timeout };
    }

    public static HttpMessageHandler Transport(string? caBundle, bool insecure) =>
        Transport(caBundle is null ? null : Read(caBundle), insecure, proxy: null);

    /// <param name="authorities">Trusted instead of the system's; null: the system's.</param>
    /// <param name="insecure">Accept any certificate.</param>
    /// <param name="proxy">Null: from the environment.</param>
    /// <param name="compression">Accepted compression: machine controllers get it wrong, services do not.</param>
    public static HttpMessageHandler Transport(
        X509Certificate2Collection? authorities,
        bool insecure,
        Uri? proxy,
        DecompressionMethods compression = DecompressionMethods.None
    )
    {
        var transport = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = compression,
            ConnectTimeout = TimeSpan.FromSeconds(15),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            SslOptions = new SslClientAuthenticationOptions(),
        };
        if (proxy is not null)
            transport.Proxy = new WebProxy(proxy);
        if (insecure)
#pragma warning disable CA5359 // The settings ask for it.
            transport.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        else
            transport.SslOptions.RemoteCertificateValidationCallback = static (_, presented, _, errors) =>
                CertificateNameException.ThrowIfNamed(presented, errors) == SslPolicyErrors.None;
        if (!insecure && authorities is not null)
            transport.SslOptions.CertificateChainPolicy = Trusting(authorities);
        return new BoundedAnswerHandler(transport, LargestAnswer);
    }

    /// <summary>True if the server was reached and its certificate refused.</summary>
    public static bool IsCertificateRefused(Exception failure)
    {
        for (Exception? cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is AuthenticationException)
                return true;
        }

        return false;
    }

    /// <summary>Advice for a refused certificate: trusting an authority helps only if the certificate has the right name.</summary>
    /// <param name="failure">See <see cref="IsCertificateRefused"/>.</param>
    /// <param name="trust">The advice for an untrusted issuer.</param>
    public static string CertificateAdvice(Exception failure, string trust) =>
        IsOtherName(failure) ? "Use an address that the certificate names, or replace it by one that names this address." : trust;

    private static bool IsOtherName(Exception failure)
    {
        for (Exception? cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is CertificateNameException)
                return true;
        }

        return false;
    }

    /// <summary>Why credentials must not be sent to an endpoint; null: they may.</summary>
    /// <param name="allowed">The settings accept unencrypted credentials.</param>
    public static string? CheckEncryption(string? endpoint, bool? allowed) =>
        allowed != true && Uri.TryCreate(endpoint, UriKind.Absolute, out Uri? address) && address.Scheme == Uri.UriSchemeHttp
            ? $"endpoint: '{endpoint}' would get the credentials unencrypted. Use https, or set allowUnencryptedAuthentication to true."
            : null;

    /// <summary>The fault of a bundle; null: valid.</summary>
    public static string? CheckBundle(string? caBundle)
    {
        try
        {
            return caBundle is null || Read(caBundle).Count > 0 ? null : "caBundle holds no certificate.";
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            return "caBundle is not PEM in base64.";
        }
    }

    private static X509ChainPolicy Trusting(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }

    private static X509Certificate2Collection Read(string caBundle)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(Encoding.UTF8.GetString(Convert.FromBase64String(caBundle)));
        return certificates;
    }
}
