using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeManager.Sandbox.Http;

/// <summary>The identity of a server. With a stored identity, a restarted server is the same for clients with its kubeconfig.</summary>
internal sealed record ServerIdentity(string AuthorityPem, byte[] Pkcs12, string Token)
{
    // A certificate that expires soon is replaced at the start.
    private static readonly TimeSpan Margin = TimeSpan.FromDays(30);

    public static ServerIdentity Make(TimeProvider time)
    {
        (string authority, byte[] pair) = ServerCertificates.Make(time);
        return new(authority, pair, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));
    }

    /// <summary>Loads the identity of a file, or creates it if missing or expired.</summary>
    public static ServerIdentity LoadOrCreate(string path, TimeProvider time)
    {
        if (File.Exists(path) && Read(path) is { } kept)
        {
            using X509Certificate2 certificate = kept.LoadCertificate();
            if (certificate.NotAfter.ToUniversalTime() > time.GetUtcNow().UtcDateTime + Margin)
                return kept;
        }

        ServerIdentity created = Make(time);
        PrivateFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(created, IdentityJson.Default.ServerIdentity));
        return created;
    }

    // TLS on Windows requires a persisted key.
    public X509Certificate2 LoadCertificate() => X509CertificateLoader.LoadPkcs12(Pkcs12, null);

    private static ServerIdentity? Read(string path)
    {
        PrivateFile.RequireOwn(path);
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), IdentityJson.Default.ServerIdentity);
        }
        catch (JsonException damaged)
        {
            throw new IOException($"'{path}' is not a server's identity: {damaged.Message}", damaged);
        }
    }
}

[JsonSerializable(typeof(ServerIdentity))]
internal sealed partial class IdentityJson : JsonSerializerContext;
