using System.Buffers;
using System.Globalization;
using System.Text;

namespace NodeManager.Sandbox.Http;

/// <summary>Parses heads strictly: ambiguous input is refused.</summary>
internal static class RequestHeadParser
{
    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    );

    // Headers that must not be repeated.
    private static readonly HashSet<string> Single = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host",
        "Content-Length",
        "Transfer-Encoding",
        "Authorization",
        "Content-Type",
    };

    /// <param name="bytes">Without the empty line.</param>
    public static RequestHead Parse(ReadOnlySpan<byte> bytes, int mostHeaders)
    {
        string[] lines = Encoding.Latin1.GetString(bytes).Split("\r\n");
        if (lines.Any(static line => line.AsSpan().IndexOfAny('\r', '\n', '\0') >= 0))
            throw HttpRefusal.Malformed("a line ends in something other than CR LF");
        if (lines.Length - 1 > mostHeaders)
            throw HttpRefusal.HeadTooLarge();
        (string method, string target, bool isLatest) = Line(lines[0]);
        List<KeyValuePair<string, string>> headerLines = [];
        Dictionary<string, string> headers = Headers(lines.AsSpan(1), headerLines);
        if (isLatest && !headers.ContainsKey("Host"))
            throw HttpRefusal.Malformed("it names no host");
        (string path, string query) = Target(target);
        string connection = headers.GetValueOrDefault("Connection", "");
        return new()
        {
            Method = method,
            Path = path,
            Query = query,
            Headers = headers,
            HeaderLines = headerLines,
            IsKeptAlive =
                isLatest && !connection.Split(',').Any(static one => one.Trim().Equals("close", StringComparison.OrdinalIgnoreCase)),
            ContentLength = Length(headers, isLatest),
        };
    }

    private static (string Method, string Target, bool IsLatest) Line(string line)
    {
        if (line.Split(' ') is not [var method, var target, var version] || !IsToken(method) || target.Length == 0)
            throw HttpRefusal.Malformed("its first line is not a method, a target and a version");
        bool isLatest = version switch
        {
            "HTTP/1.1" => true,
            "HTTP/1.0" => false,
            _ when version.StartsWith("HTTP/", StringComparison.Ordinal) => throw new HttpRefusal(
                505,
                "HTTPVersionNotSupported",
                "only HTTP/1.1 is spoken here"
            ),
            _ => throw HttpRefusal.Malformed("its first line is not a method, a target and a version"),
        };
        return (method, target, isLatest);
    }

    private static Dictionary<string, string> Headers(ReadOnlySpan<string> lines, List<KeyValuePair<string, string>> all)
    {
        var headers = new Dictionary<string, string>(lines.Length, StringComparer.OrdinalIgnoreCase);
        foreach (string line in lines)
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || !IsToken(line.AsSpan(0, colon)))
                throw HttpRefusal.Malformed("a header has no name");
            string name = line[..colon],
                value = line[(colon + 1)..].Trim(' ', '\t');
            if (value.Any(static letter => letter is (< ' ' and not '\t') or '\x7f'))
                throw HttpRefusal.Malformed($"{name} has control characters");
            all.Add(new(name, value));
            if (!headers.TryGetValue(name, out string? earlier))
                headers[name] = value;
            else if (Single.Contains(name))
                throw HttpRefusal.Malformed($"{name} is there twice");
            else
                headers[name] = $"{earlier}, {value}";
        }

        return headers;
    }

    private static long? Length(Dictionary<string, string> headers, bool isLatest)
    {
        bool isSized = headers.TryGetValue("Content-Length", out string? length);
        if (headers.TryGetValue("Transfer-Encoding", out string? coding))
        {
            if (isSized || !isLatest)
                throw HttpRefusal.Malformed("its length is given in two ways");
            if (!coding.Equals("chunked", StringComparison.OrdinalIgnoreCase))
                throw new HttpRefusal(501, "NotImplemented", "of transfer codings only chunked is known here");
            return null;
        }

        if (!isSized)
            return 0;
        return length!.Length is > 0 and < 19 && length.All(char.IsAsciiDigit)
            ? long.Parse(length, CultureInfo.InvariantCulture)
            : throw HttpRefusal.Malformed("its Content-Length is not a number");
    }

    private static (string Path, string Query) Target(string target)
    {
        // The absolute form that proxies receive.
        int scheme = target.IndexOf("://", StringComparison.Ordinal);
        if (target[0] != '/' && scheme > 0)
        {
            int slash = target.IndexOf('/', scheme + 3);
            target = slash < 0 ? "/" : target[slash..];
        }

        if (target[0] != '/' || target.AsSpan().ContainsAnyExceptInRange('!', '~') || target.Contains('#', StringComparison.Ordinal))
            throw HttpRefusal.Malformed("its target is not a path");
        int question = target.IndexOf('?', StringComparison.Ordinal);
        (string path, string query) = question < 0 ? (target, "") : (target[..question], target[(question + 1)..]);
        for (int at = target.IndexOf('%', StringComparison.Ordinal); at >= 0; at = target.IndexOf('%', at + 1))
        {
            if (at + 2 >= target.Length || !char.IsAsciiHexDigit(target[at + 1]) || !char.IsAsciiHexDigit(target[at + 2]))
                throw HttpRefusal.Malformed("its target is escaped wrongly");
        }

        return (path, query);
    }

    private static bool IsToken(ReadOnlySpan<char> text) => text.Length > 0 && !text.ContainsAnyExcept(TokenCharacters);
}
