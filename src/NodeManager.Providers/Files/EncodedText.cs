using System.Text;

namespace NodeManager.Providers.Files;

/// <summary>
/// The text of a file with its encoding: UTF-8, or UTF-16 with a byte order mark, as in Kubernetes' YAML reader. The mark is part of the
/// text.
/// </summary>
internal sealed record EncodedText(string Text, Encoding Encoding)
{
    private const char Mark = '\uFEFF';

    /// <exception cref="DecoderFallbackException">Neither UTF-8 nor UTF-16.</exception>
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

    /// <summary>Encodes another text with the same encoding.</summary>
    public byte[] Encode(string text) => Encoding.GetBytes(Encoding is UnicodeEncoding && !text.StartsWith(Mark) ? Mark + text : text);
}
