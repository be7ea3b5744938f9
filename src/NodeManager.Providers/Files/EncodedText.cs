using System.Text;

namespace NodeManager.Providers.Files;

/// <summary>
/// A file's text and how it is encoded: UTF-8, or UTF-16 where a byte order mark says so, as Kubernetes' YAML reader has it. The mark is
/// part of the text, so that the text is the file's, character for character.
/// </summary>
internal sealed record EncodedText(string Text, Encoding Encoding)
{
    private const char Mark = '\uFEFF';

    /// <exception cref="DecoderFallbackException">It is neither.</exception>
    public static EncodedText Of(ReadOnlySpan<byte> bytes)
    {
        Encoding encoding = bytes switch
        {
            [0xFF, 0xFE, ..] => new UnicodeEncoding(bigEndian: false, byteOrderMark: false, throwOnInvalidBytes: true),
            [0xFE, 0xFF, ..] => new UnicodeEncoding(bigEndian: true, byteOrderMark: false, throwOnInvalidBytes: true),
            _ => new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true),
        };
        return new EncodedText(encoding.GetString(bytes), encoding);
    }

    /// <summary>The bytes of another text in the same encoding.</summary>
    public byte[] Encode(string text) => Encoding.GetBytes(Encoding is UnicodeEncoding && !text.StartsWith(Mark) ? Mark + text : text);
}
