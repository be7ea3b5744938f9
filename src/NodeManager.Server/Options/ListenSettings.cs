using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace NodeManager.Server.Options;

/// <summary>The endpoint of the API.</summary>
/// <param name="Address">Loopback by default.</param>
/// <param name="Port">0 selects a free port.</param>
/// <param name="Certificate">Null: plain HTTP.</param>
/// <param name="IsDelegated">The cluster authenticates callers: no local tokens and no sign-in link.</param>
/// <param name="IsMounted">Another application listens and forwards requests for this cluster.</param>
/// <param name="Oidc">Browsers sign in at an issuer; null: callers have tokens only.</param>
internal sealed record ListenSettings(
    IPAddress Address,
    int Port,
    ServerCertificate? Certificate = null,
    bool IsDelegated = false,
    bool IsMounted = false,
    OidcSettings? Oidc = null
);

/// <summary>A certificate of PEM files, which are reloaded after a change. Thread-safe.</summary>
internal sealed class ServerCertificate
{
    private readonly string _certificate,
        _key;
    private readonly Lock _gate = new();
    private X509Certificate2 _current;
    private DateTime _changedAt;

    /// <param name="certificate">The certificate with its chain.</param>
    /// <param name="key">The key; null: in the same file.</param>
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

    /// <summary>The current certificate; while the files are unreadable, the last one.</summary>
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
                    // Partially written: retried at the next handshake.
                }

                return _current;
            }
        }
    }

    private X509Certificate2 Read()
    {
        using var pem = X509Certificate2.CreateFromPemFile(_certificate, _key);
        // TLS on Windows cannot use an ephemeral key.
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
    }
}
