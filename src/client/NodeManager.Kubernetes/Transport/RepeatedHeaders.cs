using System.Net;
using System.Text;

namespace NodeManager.Kubernetes.Transport;

/// <summary>
/// Sends several values of an impersonation header as separate headers. HttpClient would join them with commas, which an API server reads
/// as one group name. The values are joined with a character that no value can contain, and the header encoding writes a new header line
/// for it. Requires HTTP/1.1, whose headers are text.
/// </summary>
internal static class RepeatedHeaders
{
    private const string Prefix = "Impersonate-";
    private const char Separator = '\u0001';

    /// <summary>Prepares a request for a handler with <see cref="EncodingOf"/>. Idempotent.</summary>
    public static void Prepare(HttpRequestMessage request)
    {
        foreach (
            (string name, string[] values) in request
                .Headers.NonValidated.Where(header =>
                    header.Key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && header.Value.Count > 1
                )
                .Select(header => (header.Key, header.Value.ToArray()))
                .ToArray()
        )
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, string.Join(Separator, values));
            request.Version = HttpVersion.Version11;
            request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        }
    }

    /// <summary>For <see cref="SocketsHttpHandler.RequestHeaderEncodingSelector"/>. Names and tokens are UTF-8, as in kubectl.</summary>
    public static Encoding? EncodingOf(string name, HttpRequestMessage request) =>
        name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? new LineEncoding(name)
        : name == "Authorization" ? Encoding.UTF8
        : null;

    private sealed class LineEncoding(string header) : Encoding
    {
        private readonly string _newLine = $"\r\n{header}: ";

        public override int GetMaxByteCount(int charCount) => UTF8.GetMaxByteCount(charCount) + (charCount * _newLine.Length);

        public override int GetByteCount(char[] chars, int index, int count) => UTF8.GetByteCount(Lines(chars, index, count));

        public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) =>
            UTF8.GetBytes(Lines(chars, charIndex, charCount), bytes.AsSpan(byteIndex));

        public override int GetMaxCharCount(int byteCount) => throw new NotSupportedException();

        public override int GetCharCount(byte[] bytes, int index, int count) => throw new NotSupportedException();

        public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex) =>
            throw new NotSupportedException();

        private string Lines(char[] chars, int index, int count) =>
            new string(chars, index, count).Replace(Separator.ToString(), _newLine, StringComparison.Ordinal);
    }
}
