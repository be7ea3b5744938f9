using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace NodeManager.Conformance.RealCluster;

/// <summary>
/// Signs the certificates of one throw-away cluster. Their keys are EC keys, which are generated quickly. The signature is RSA: the API
/// server verifies it with each request, in a third of the time that an EC signature takes.
/// </summary>
internal sealed class CertificateAuthority : IDisposable
{
    private static readonly TimeSpan Skew = TimeSpan.FromHours(1);
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(2);

    // One for all clusters of the process, because RSA keys take long to generate.
    private static readonly RSA Key = RSA.Create(2048);

    private readonly X509Certificate2 _certificate;

    public CertificateAuthority()
    {
        var request = new CertificateRequest("CN=conformance-ca", Key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.DigitalSignature, true)
        );
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        _certificate = request.CreateSelfSigned(now - Skew, now + Lifetime);
    }

    public string CertificatePem => _certificate.ExportCertificatePem();

    /// <summary>For the API server on loopback.</summary>
    public (string Certificate, string Key) IssueServer()
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddDnsName("kubernetes.default.svc");
        names.AddIpAddress(IPAddress.Loopback);
        return Issue("CN=kube-apiserver", "1.3.6.1.5.5.7.3.1", names.Build());
    }

    /// <summary>For a user of the cluster: Kubernetes takes the name from CN and the groups from O.</summary>
    public (string Certificate, string Key) IssueClient(string user, params IEnumerable<string> groups)
    {
        var subject = new X500DistinguishedNameBuilder();
        foreach (string group in groups)
            subject.AddOrganizationName(group);
        subject.AddCommonName(user);
        return Issue(subject.Build().Name, "1.3.6.1.5.5.7.3.2", null);
    }

    public void Dispose() => _certificate.Dispose();

    private (string Certificate, string Key) Issue(string subject, string usage, X509Extension? alternativeNames)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        if (alternativeNames is not null)
            request.CertificateExtensions.Add(alternativeNames);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 issued = request.Create(
            _certificate.SubjectName,
            X509SignatureGenerator.CreateForRSA(Key, RSASignaturePadding.Pkcs1),
            now - (Skew / 2),
            now + (Lifetime / 2),
            RandomNumberGenerator.GetBytes(16)
        );
        return (issued.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }
}
