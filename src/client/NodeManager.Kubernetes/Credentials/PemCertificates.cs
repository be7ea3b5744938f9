using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace NodeManager.Kubernetes.Credentials;

/// <summary>Certificates in PEM, parsed as in Go: invalid and other blocks are skipped.</summary>
internal static class PemCertificates
{
    /// <exception cref="CryptographicException">It has no certificate.</exception>
    public static X509Certificate2Collection Read(string pem)
    {
        var certificates = new X509Certificate2Collection();
        ReadOnlySpan<char> rest = pem;
        CryptographicException? broken = null;
        while (PemEncoding.TryFind(rest, out PemFields found))
        {
            if (rest[found.Label] is "CERTIFICATE")
            {
                try
                {
                    certificates.Add(X509CertificateLoader.LoadCertificate(Convert.FromBase64String(rest[found.Base64Data].ToString())));
                }
                catch (CryptographicException e)
                {
                    broken = e;
                }
            }

            rest = rest[found.Location.End..];
        }

        return certificates.Count > 0 ? certificates : throw broken ?? new CryptographicException("It contains no certificate.");
    }
}
