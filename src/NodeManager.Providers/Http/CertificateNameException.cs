using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace NodeManager.Providers.Http;

/// <summary>The certificate of the other side is for other names than the address.</summary>
internal sealed class CertificateNameException : AuthenticationException
{
    private CertificateNameException(string names)
        : base($"The certificate is for other names than the address: {names}.") { }

    /// <summary>Returns the errors where the name is not among them.</summary>
    /// <exception cref="CertificateNameException">It is.</exception>
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
