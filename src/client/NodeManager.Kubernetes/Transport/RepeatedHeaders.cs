using System.Net;
using System.Text;

namespace NodeManager.Kubernetes.Transport;

/// <summary>
/// Sends each value of an impersonation header in a line of its own. HttpClient joins them by commas, which an API server takes for one group
/// of that name. The values go as one, joined by a character that no value can contain, and the header's encoding writes a new line with the
/// header's name for it. That works in HTTP/1.1, whose headers are lines.
/// </summary>
internal static class RepeatedHeaders
{
    private const string Prefix = "Impersonate-";
    private const char Separator = '\u0001';

    /// <summary>Prepares a request for a handler that has <see cref="EncodingOf"/>. Safe to call again.</summary>
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

    /// <summary>For <see cref="SocketsHttpHandler.RequestHeaderEncodingSelector"/>: names and tokens are sent as UTF-8, as kubectl does.</summary>
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
