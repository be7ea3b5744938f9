using System.Runtime.InteropServices;
using System.Security;
using System.Security.Cryptography;
using System.Text;

namespace NodeManager.Providers.Files;

/// <summary>A passphrase as UTF-8 bytes in pinned memory, zeroed on dispose.</summary>
public sealed class Passphrase : IDisposable
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] _buffer;
    private readonly int _length;

    private Passphrase(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
            throw Invalid("The passphrase is empty.", null);
        _buffer = GC.AllocateArray<byte>(Strict.GetMaxByteCount(text.Length), pinned: true);
        try
        {
            _length = Strict.GetBytes(text, _buffer);
        }
        catch (EncoderFallbackException exception)
        {
            throw Invalid("The passphrase is not valid Unicode text.", exception);
        }
    }

    internal ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, _length);

    /// <exception cref="NodeManagerException">SchedulerPassphraseInvalid: empty or invalid Unicode.</exception>
    public static Passphrase Of(SecureString text)
    {
        var characters = GC.AllocateArray<char>(text.Length, pinned: true);
        var pointer = Marshal.SecureStringToGlobalAllocUnicode(text);
        try
        {
            Marshal.Copy(pointer, characters, 0, characters.Length);
            return new Passphrase(characters);
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(pointer);
            Array.Clear(characters);
        }
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_buffer);

    private static NodeManagerException Invalid(string message, Exception? cause) =>
        new(
            ErrorIds.SchedulerPassphraseInvalid,
            ErrorKind.InvalidArgument,
            message,
            null,
            "Enter one with Read-Host -AsSecureString.",
            cause
        );
}
