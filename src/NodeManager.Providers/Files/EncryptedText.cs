using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace NodeManager.Providers.Files;

/// <summary>
/// Encrypts text with a passphrase as a PEM block. It has a header (version, iterations, salt, nonce, key check), AES-256-GCM ciphertext
/// with the header as associated data, the tag, and a checksum. Key and key check are derived with PBKDF2-SHA-512.
/// </summary>
/// <remarks>
/// The checksum detects damage, the key check a wrong passphrase, the tag tampering, so a wrong passphrase is never reported as damage. The
/// key check helps an attacker no more than the tag does: one derivation per guess.
/// </remarks>
public static class EncryptedText
{
    /// <summary>The recommendation of OWASP's Password Storage Cheat Sheet for PBKDF2-HMAC-SHA512.</summary>
    private const int Iterations = 210_000;

    // Prevents a malicious file from keeping a reader busy for minutes.
    private const int IterationLimit = 10_000_000;

    private const string Label = "NODEMANAGER ENCRYPTED TEXT";
    private const byte Version = 1;
    private const int SaltOffset = 5;
    private const int SaltSize = 16;
    private const int NonceOffset = SaltOffset + SaltSize;
    private const int NonceSize = 12;
    private const int CheckOffset = NonceOffset + NonceSize;
    private const int CheckSize = 16;
    private const int HeaderSize = CheckOffset + CheckSize;
    private const int TagSize = 16;
    private const int KeySize = 32;
    private const int ChecksumSize = SHA256.HashSizeInBytes;

    /// <summary>Whether the text has such a block, damaged or not.</summary>
    public static bool IsEncrypted(string text) => text.Contains($"-----BEGIN {Label}-----", StringComparison.Ordinal);

    /// <summary>Encrypts with a fresh salt and nonce.</summary>
    public static string Encrypt(string text, Passphrase passphrase)
    {
        var plain = GC.AllocateArray<byte>(Encoding.UTF8.GetByteCount(text), pinned: true);
        var keys = GC.AllocateArray<byte>(KeySize + CheckSize, pinned: true);
        try
        {
            Encoding.UTF8.GetBytes(text, plain);
            var sealedBytes = new byte[HeaderSize + plain.Length + TagSize + ChecksumSize];
            var header = sealedBytes.AsSpan(0, HeaderSize);
            header[0] = Version;
            BinaryPrimitives.WriteInt32BigEndian(header[1..], Iterations);
            RandomNumberGenerator.Fill(header[SaltOffset..CheckOffset]);
            Derive(passphrase, header, keys);
            keys.AsSpan(KeySize).CopyTo(header[CheckOffset..]);
            using (var cipher = new AesGcm(keys.AsSpan(0, KeySize), TagSize))
                cipher.Encrypt(
                    header.Slice(NonceOffset, NonceSize),
                    plain,
                    sealedBytes.AsSpan(HeaderSize, plain.Length),
                    sealedBytes.AsSpan(HeaderSize + plain.Length, TagSize),
                    header
                );
            SHA256.HashData(
                sealedBytes.AsSpan(0, sealedBytes.Length - ChecksumSize),
                sealedBytes.AsSpan(sealedBytes.Length - ChecksumSize)
            );
            return PemEncoding.WriteString(Label, sealedBytes) + "\n";
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
            CryptographicOperations.ZeroMemory(keys);
        }
    }

    /// <param name="source">The name of the file in messages.</param>
    /// <exception cref="NodeManagerException">SchedulerPassphraseWrong; SchedulerBackupDamaged.</exception>
    public static string Decrypt(string encrypted, Passphrase passphrase, string source)
    {
        var bytes = Read(encrypted, source);
        var header = bytes.AsSpan(0, HeaderSize);
        var plain = GC.AllocateArray<byte>(bytes.Length - HeaderSize - TagSize - ChecksumSize, pinned: true);
        var keys = GC.AllocateArray<byte>(KeySize + CheckSize, pinned: true);
        try
        {
            Derive(passphrase, header, keys);
            if (!CryptographicOperations.FixedTimeEquals(keys.AsSpan(KeySize), header[CheckOffset..]))
                throw new NodeManagerException(
                    ErrorIds.SchedulerPassphraseWrong,
                    ErrorKind.AuthenticationError,
                    $"{source} was encrypted with another passphrase.",
                    source,
                    "Specify the passphrase that it was encrypted with."
                );
            using var cipher = new AesGcm(keys.AsSpan(0, KeySize), TagSize);
            cipher.Decrypt(
                header.Slice(NonceOffset, NonceSize),
                bytes.AsSpan(HeaderSize, plain.Length),
                bytes.AsSpan(HeaderSize + plain.Length, TagSize),
                plain,
                header
            );
            return Encoding.UTF8.GetString(plain);
        }
        catch (AuthenticationTagMismatchException exception)
        {
            throw Damaged(source, "its content does not match its signature", exception);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
            CryptographicOperations.ZeroMemory(keys);
        }
    }

    private static byte[] Read(string encrypted, string source)
    {
        if (!PemEncoding.TryFind(encrypted, out var fields) || !encrypted.AsSpan()[fields.Label].SequenceEqual(Label))
            throw Damaged(source, "it is not a complete block of encrypted text", null);
        var bytes = Convert.FromBase64String(encrypted[fields.Base64Data]);
        if (
            bytes.Length < HeaderSize + TagSize + ChecksumSize
            || !SHA256
                .HashData(bytes.AsSpan(0, bytes.Length - ChecksumSize))
                .AsSpan()
                .SequenceEqual(bytes.AsSpan(bytes.Length - ChecksumSize))
        )
            throw Damaged(source, "its checksum is wrong", null);
        if (bytes[0] != Version)
            throw new NodeManagerException(
                ErrorIds.SchedulerBackupDamaged,
                ErrorKind.InvalidData,
                $"{source} is encrypted in format version {bytes[0]}; this module reads version {Version}.",
                source,
                "Update the module."
            );
        return BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(1)) is > 0 and <= IterationLimit
            ? bytes
            : throw Damaged(source, "its number of iterations is out of range", null);
    }

    private static void Derive(Passphrase passphrase, ReadOnlySpan<byte> header, Span<byte> keys) =>
        Rfc2898DeriveBytes.Pbkdf2(
            passphrase.Bytes,
            header.Slice(SaltOffset, SaltSize),
            keys,
            BinaryPrimitives.ReadInt32BigEndian(header[1..]),
            HashAlgorithmName.SHA512
        );

    private static NodeManagerException Damaged(string source, string reason, Exception? cause) =>
        new(
            ErrorIds.SchedulerBackupDamaged,
            ErrorKind.InvalidData,
            $"{source} is damaged: {reason}.",
            source,
            "Use another copy. A damaged file is never used, as it might be forged.",
            cause
        );
}
