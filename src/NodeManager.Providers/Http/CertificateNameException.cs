using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace NodeManager.Providers.Http;

/// <summary>The server's certificate is valid for other names only.</summary>
internal sealed class CertificateNameException : AuthenticationException
{
    private CertificateNameException(string names)
        : base($"The certificate is for other names than the address: {names}.") { }

    /// <summary>Returns the errors unless they include a name mismatch.</summary>
    public static SslPolicyErrors ThrowIfNamed(X509Certificate? presented, SslPolicyErrors errors)
    {
        if (!errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) || presented is not X509Certificate2 certificate)
            return errors;
        X509SubjectAlternativeNameExtension? names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        throw new CertificateNameException(
            names is null
                ? "it has none"
                : string.Join(
                    ", ",
                    names.EnumerateDnsNames().Concat(names.EnumerateIPAddresses().Select(static address => address.ToString()))
                )
        );
    }
}
