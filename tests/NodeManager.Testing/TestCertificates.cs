using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace NodeManager.Testing;

/// <summary>An authority of its own, and what it signs.</summary>
public sealed class TestCertificates : IDisposable
{
    private static readonly DateTimeOffset Begin = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset End = new(2120, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly X509Certificate2 _authority;

    public TestCertificates(string name = "test-ca")
    {
        using ECDsa key = NewKey();
        _authority = AuthorityRequest(name, key).CreateSelfSigned(Begin, End);
    }

    private TestCertificates(X509Certificate2 authority) => _authority = authority;

    /// <summary>An authority that this one has signed.</summary>
    public TestCertificates Intermediate(string name)
    {
        using ECDsa key = NewKey();
        using X509Certificate2 signed = Sign(AuthorityRequest(name, key), End);
        return new(signed.CopyWithPrivateKey(key));
    }

    public string AuthorityPem => _authority.ExportCertificatePem();

    /// <summary>For 127.0.0.1 and localhost, unless told.</summary>
    public X509Certificate2 Server(params string[] names) => Server(End, names);

    /// <summary>One that is valid until then.</summary>
    public X509Certificate2 Server(DateTimeOffset end, params string[] names)
    {
        using ECDsa key = NewKey();
        var request = new CertificateRequest("CN=test-server", key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        if (names.Length == 0)
            alternatives.AddIpAddress(IPAddress.Loopback);
        foreach (string name in names.Length == 0 ? ["localhost"] : names)
            alternatives.AddDnsName(name);
        request.CertificateExtensions.Add(alternatives.Build());
        using X509Certificate2 signed = Sign(request, end, "1.3.6.1.5.5.7.3.1");
        using X509Certificate2 pair = signed.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(pair.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>A server's that has its name in the subject only.</summary>
    public X509Certificate2 WithoutNames(string subject)
    {
        using ECDsa key = NewKey();
        using X509Certificate2 signed = Sign(new($"CN={subject}", key, HashAlgorithmName.SHA256), End, "1.3.6.1.5.5.7.3.1");
        using X509Certificate2 pair = signed.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(pair.Export(X509ContentType.Pkcs12), null);
    }

    /// <returns>PEM: the certificate, and its key as PKCS#8 and in its own older format (PKCS#1).</returns>
    public (string Certificate, string Pkcs8, string Own) RsaClient(string name, DateTimeOffset? end = null)
    {
        using RSA key = RSA.Create(2048);
        using X509Certificate2 signed = Sign(
            new($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            end ?? End,
            "1.3.6.1.5.5.7.3.2"
        );
        return (signed.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem(), key.ExportRSAPrivateKeyPem());
    }

    /// <returns>PEM: the certificate, and its key as PKCS#8 and in its own older format (SEC1).</returns>
    public (string Certificate, string Pkcs8, string Own) EcClient(string name)
    {
        using ECDsa key = NewKey();
        using X509Certificate2 signed = Sign(new($"CN={name}", key, HashAlgorithmName.SHA256), End, "1.3.6.1.5.5.7.3.2");
        return (signed.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem(), key.ExportECPrivateKeyPem());
    }

    public void Dispose() => _authority.Dispose();

    private static CertificateRequest AuthorityRequest(string name, ECDsa key)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.DigitalSignature, true)
        );
        return request;
    }

    private static ECDsa NewKey() => ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private X509Certificate2 Sign(CertificateRequest request, DateTimeOffset end, string? usage = null)
    {
        if (usage is not null)
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        using ECDsa authorityKey = _authority.GetECDsaPrivateKey()!;
        return request.Create(
            _authority.SubjectName,
            X509SignatureGenerator.CreateForECDsa(authorityKey),
            Begin,
            end,
            RandomNumberGenerator.GetBytes(8)
        );
    }
}
