using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace NodeManager.Server.Options;

/// <summary>Where and how the API is served.</summary>
/// <param name="Address">Loopback by default.</param>
/// <param name="Port">0 takes a free one.</param>
/// <param name="Certificate">Null: plain HTTP.</param>
/// <param name="IsDelegated">The cluster decides who calls: there are no local tokens and no sign-in link.</param>
/// <param name="IsMounted">Another application listens, and passes on what is meant for this cluster.</param>
internal sealed record ListenSettings(
    IPAddress Address,
    int Port,
    ServerCertificate? Certificate = null,
    bool IsDelegated = false,
    bool IsMounted = false
);

/// <summary>A certificate of two PEM files. Files that are replaced are read again. Thread-safe.</summary>
internal sealed class ServerCertificate
{
    private readonly string _certificate,
        _key;
    private readonly Lock _gate = new();
    private X509Certificate2 _current;
    private DateTime _changedAt;

    /// <param name="certificate">A PEM file with the certificate, and the chain behind it.</param>
    /// <param name="key">A PEM file with the key; null: it is in the same file.</param>
    /// <exception cref="NodeManagerException">CertificateUnreadable.</exception>
    public ServerCertificate(string certificate, string? key)
    {
        (_certificate, _key) = (certificate, key ?? certificate);
        try
        {
            (_changedAt, _current) = (File.GetLastWriteTimeUtc(certificate), Read());
        }
        catch (Exception problem) when (problem is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new NodeManagerException(
                ErrorIds.CertificateUnreadable,
                ErrorKind.InvalidArgument,
                $"The certificate '{certificate}' cannot be read: {problem.Message}",
                certificate,
                "Give the PEM file of a certificate with --cert, and that of its key with --key.",
                problem
            );
        }
    }

    /// <summary>As the files have it; while they cannot be read, as they last had it.</summary>
    public X509Certificate2 Current
    {
        get
        {
            lock (_gate)
            {
                try
                {
                    DateTime now = File.GetLastWriteTimeUtc(_certificate);
                    if (now != _changedAt)
                        (_changedAt, _current) = (now, Read());
                }
                catch (Exception problem) when (problem is CryptographicException or IOException or UnauthorizedAccessException)
                {
                    // Half written: the next handshake looks again.
                }

                return _current;
            }
        }
    }

    private X509Certificate2 Read()
    {
        using var pem = X509Certificate2.CreateFromPemFile(_certificate, _key);
        // Windows serves no key that is only in memory.
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
    }
}
