using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace NodeManager.Kubernetes.Authentication;

/// <summary>Makes a certificate with its private key out of PEM: RSA or EC; PKCS#8, PKCS#1 or SEC1.</summary>
internal static class ClientCertificate
{
    /// <summary>What is at fault.</summary>
    public enum Part
    {
        Certificate,
        Key,
        Pair,
    }

    /// <param name="certificatePem">The certificate, first of its chain.</param>
    /// <param name="keyPem">Its key, not encrypted.</param>
    /// <param name="invalid">Makes the error to throw.</param>
    public static X509Certificate2 Parse(string certificatePem, string keyPem, Func<Part, Exception, Exception> invalid)
    {
        using X509Certificate2 certificate = ParseCertificate(certificatePem, invalid);
        using X509Certificate2 pair = certificate.GetKeyAlgorithm() switch
        {
            "1.2.840.10045.2.1" => Join<ECDsa>(certificate, ECDsa.Create(), keyPem, (c, key) => c.CopyWithPrivateKey(key), invalid),
            _ => Join<RSA>(certificate, RSA.Create(), keyPem, (c, key) => c.CopyWithPrivateKey(key), invalid),
        };
        if (!OperatingSystem.IsWindows()) return new X509Certificate2(pair);
        // Windows' TLS cannot use a key that lives in memory only; one that came out of a PKCS#12 it can.
        return X509CertificateLoader.LoadPkcs12(pair.Export(X509ContentType.Pkcs12), null);
    }

    private static X509Certificate2 ParseCertificate(string pem, Func<Part, Exception, Exception> invalid)
    {
        try
        {
            return X509Certificate2.CreateFromPem(pem);
        }
        catch (CryptographicException e)
        {
            throw invalid(Part.Certificate, e);
        }
    }

    private static X509Certificate2 Join<T>(
        X509Certificate2 certificate, T key, string pem, Func<X509Certificate2, T, X509Certificate2> join, Func<Part, Exception, Exception> invalid)
        where T : AsymmetricAlgorithm
    {
        using (key)
        {
            try
            {
                key.ImportFromPem(pem);
            }
            catch (Exception e) when (e is ArgumentException or CryptographicException)
            {
                throw invalid(Part.Key, e);
            }

            try
            {
                return join(certificate, key);
            }
            catch (Exception e) when (e is ArgumentException or CryptographicException)
            {
                throw invalid(Part.Pair, e);
            }
        }
    }
}
