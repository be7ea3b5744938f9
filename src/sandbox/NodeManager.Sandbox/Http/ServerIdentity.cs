using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeManager.Sandbox.Http;

/// <summary>Who a server is to its clients. Kept in a file, a server that is started again is the same one to clients with its kubeconfig.</summary>
/// <param name="AuthorityPem">Whom they trust.</param>
/// <param name="Pkcs12">What it shows them: the certificate with its key.</param>
/// <param name="Token">What they show.</param>
internal sealed record ServerIdentity(string AuthorityPem, byte[] Pkcs12, string Token)
{
    // One that is about to end is replaced when the server starts.
    private static readonly TimeSpan Margin = TimeSpan.FromDays(30);

    /// <summary>A new one.</summary>
    public static ServerIdentity Make(TimeProvider time)
    {
        (string authority, byte[] pair) = ServerCertificates.Make(time);
        return new(authority, pair, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));
    }

    /// <summary>The one of the file; a new one, which is written there, where there is none that still holds.</summary>
    /// <exception cref="IOException">The file cannot be read or written.</exception>
    public static ServerIdentity Keep(string path, TimeProvider time)
    {
        if (File.Exists(path) && Read(path) is { } kept)
        {
            using X509Certificate2 certificate = kept.LoadCertificate();
            if (certificate.NotAfter.ToUniversalTime() > time.GetUtcNow().UtcDateTime + Margin)
                return kept;
        }

        ServerIdentity made = Make(time);
        PrivateFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(made, IdentityJson.Default.ServerIdentity));
        return made;
    }

    // Windows serves only with a key that it has loaded itself.
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
