using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace NodeManager.Kubernetes.Credentials;

/// <summary>A certificate with its private key from PEM: RSA or EC; PKCS#8, PKCS#1 or SEC1.</summary>
/// <param name="Chain">The intermediate certificates.</param>
internal sealed record ClientCertificate(X509Certificate2 Leaf, X509Certificate2Collection Chain)
{
    private const string Rsa = "1.2.840.113549.1.1.1";
    private const string EllipticCurve = "1.2.840.10045.2.1";

    /// <summary>The files that it was read from; null for one that is not in files.</summary>
    public ClientCertificateFiles? Files { get; init; }

    public DateTimeOffset End => new(Leaf.NotAfter.ToUniversalTime());

    /// <summary>The invalid part.</summary>
    public enum Part
    {
        Certificate,
        Algorithm,
        Key,
        Pair,
    }

    /// <param name="certificatePem">The leaf first.</param>
    /// <param name="keyPem">Unencrypted.</param>
    /// <param name="invalid">Creates the exception.</param>
    public static ClientCertificate Parse(string certificatePem, string keyPem, Func<Part, Exception, Exception> invalid)
    {
        X509Certificate2Collection chain = ParseCertificates(certificatePem, invalid);
        using X509Certificate2 bare = chain[0];
        chain.RemoveAt(0);
        X509Certificate2 pair = bare.GetKeyAlgorithm() switch
        {
            EllipticCurve => Join(ECDsa.Create(), keyPem, key => bare.CopyWithPrivateKey(key), invalid),
            Rsa => Join(RSA.Create(), keyPem, key => bare.CopyWithPrivateKey(key), invalid),
            var other => throw invalid(
                Part.Algorithm,
                new CryptographicException($"The certificate's key is of the algorithm {new Oid(other).FriendlyName ?? other}.")
            ),
        };
        if (!OperatingSystem.IsWindows())
            return new(pair, chain);
        // TLS on Windows cannot use an ephemeral key, but can use one from a PKCS#12.
        using (pair)
            return new(X509CertificateLoader.LoadPkcs12(pair.Export(X509ContentType.Pkcs12), null), chain);
    }

    public override string ToString() => Leaf.Subject;

    private static X509Certificate2Collection ParseCertificates(string pem, Func<Part, Exception, Exception> invalid)
    {
        try
        {
            return PemCertificates.Read(pem);
        }
        catch (CryptographicException e)
        {
            throw invalid(Part.Certificate, e);
        }
    }

    private static X509Certificate2 Join<T>(T key, string pem, Func<T, X509Certificate2> join, Func<Part, Exception, Exception> invalid)
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
                return join(key);
            }
            catch (Exception e) when (e is ArgumentException or CryptographicException)
            {
                throw invalid(Part.Pair, e);
            }
        }
    }
}
