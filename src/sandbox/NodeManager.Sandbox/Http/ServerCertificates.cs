using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace NodeManager.Sandbox.Http;

/// <summary>Creates an authority and a server certificate for 127.0.0.1 and localhost. The authority's key is discarded.</summary>
internal static class ServerCertificates
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    public static (string AuthorityPem, byte[] Pkcs12) Make(TimeProvider time)
    {
        DateTimeOffset now = time.GetUtcNow(),
            from = now.AddHours(-1),
            until = now.AddYears(1);
        using ECDsa authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256),
            key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authorityRequest = new CertificateRequest("CN=nodemanager-sandbox-ca", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        authorityRequest.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        using X509Certificate2 authority = authorityRequest.CreateSelfSigned(from, until);

        var request = new CertificateRequest("CN=nodemanager-sandbox", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication)], false));
        using X509Certificate2 signed = request.Create(
            authority.SubjectName,
            X509SignatureGenerator.CreateForECDsa(authorityKey),
            from,
            until,
            RandomNumberGenerator.GetBytes(16)
        );
        using X509Certificate2 pair = signed.CopyWithPrivateKey(key);
        return (authority.ExportCertificatePem(), pair.Export(X509ContentType.Pkcs12));
    }
}
