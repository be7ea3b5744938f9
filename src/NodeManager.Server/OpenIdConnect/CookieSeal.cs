using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using NodeManager.Server.Options;

namespace NodeManager.Server.OpenIdConnect;

/// <summary>Encrypts and authenticates content of cookies (AES-256-GCM) with a key that replicas share. Thread-safe.</summary>
internal sealed class CookieSeal
{
    private const int SmallestKey = 32,
        KeySize = 32,
        NonceSize = 12,
        TagSize = 16;

    private readonly byte[] _secret;

    /// <exception cref="NodeManagerException">SignInFileUnreadable.</exception>
    public CookieSeal(OidcSettings settings)
    {
        _secret = SignInFiles.Read("--session-key", settings.SessionKeyPath, File.ReadAllBytes);
        if (_secret.Length < SmallestKey)
            throw SignInFiles.Unreadable("--session-key", settings.SessionKeyPath, $"it has less than {SmallestKey} bytes", null);
    }

    /// <param name="purpose">Content that was sealed for another purpose does not open.</param>
    public string Seal(string purpose, ReadOnlySpan<byte> content)
    {
        byte[] sealedContent = new byte[NonceSize + content.Length + TagSize];
        Span<byte> nonce = sealedContent.AsSpan(0, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        using AesGcm cipher = Cipher(purpose);
        cipher.Encrypt(nonce, content, sealedContent.AsSpan(NonceSize, content.Length), sealedContent.AsSpan(NonceSize + content.Length));
        return Base64Url.EncodeToString(sealedContent);
    }

    /// <summary>Null for anything that was not sealed for this purpose with this key.</summary>
    public byte[]? Open(string purpose, string text)
    {
        if (!Base64Url.IsValid(text))
            return null;
        byte[] sealedContent = Base64Url.DecodeFromChars(text);
        int length = sealedContent.Length - NonceSize - TagSize;
        if (length < 0)
            return null;
        byte[] content = new byte[length];
        try
        {
            using AesGcm cipher = Cipher(purpose);
            cipher.Decrypt(
                sealedContent.AsSpan(0, NonceSize),
                sealedContent.AsSpan(NonceSize, length),
                sealedContent.AsSpan(NonceSize + length),
                content
            );
            return content;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    private AesGcm Cipher(string purpose) =>
        new(HKDF.DeriveKey(HashAlgorithmName.SHA256, _secret, KeySize, info: Encoding.UTF8.GetBytes("nodemanager " + purpose)), TagSize);
}
