using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NodeManager.Sandbox.Tests.Http;

/// <summary>Reads what came over a connection as strictly as HTTP/1.1 is written.</summary>
internal static class RawAnswers
{
    /// <summary>What is wrong with it; null where it is answers, one after the other, each refusal with its Status, or nothing at all.</summary>
    /// <param name="text">All bytes, as Latin-1.</param>
    public static string? Fault(string text)
    {
        int at = 0;
        while (at < text.Length)
        {
            int end = text.IndexOf("\r\n\r\n", at, StringComparison.Ordinal);
            if (end < 0)
                return "a head without end";
            string[] lines = text[at..end].Split("\r\n");
            at = end + 4;
            if (
                lines[0].Split(' ', 3) is not ["HTTP/1.1", { Length: 3 } digits, { Length: > 0 }]
                || !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int code)
            )
                return $"no status line: {lines[0]}";
            if (code == 100)
                continue;
            var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            foreach (string line in lines.Skip(1))
            {
                if (line.Split(": ", 2) is not [{ Length: > 0 } name, var value] || line.AsSpan().IndexOfAnyInRange('\0', '\u001f') >= 0)
                    return $"no header: {line}";
                headers[name] = value;
            }

            // An apply whose fields the type does not have, and a strategic patch of an element that it does not name, are answered so by the real server too.
            if (
                code == 500
                && !text.AsSpan(at).Contains("failed to create typed patch object", StringComparison.Ordinal)
                && !text.AsSpan(at).Contains("does not contain declared merge key", StringComparison.Ordinal)
            )
                return "500: " + text[at..];
            if (headers.TryGetValue("Content-Length", out string? length))
            {
                int bytes = int.Parse(length, CultureInfo.InvariantCulture);

                // The answer to HEAD says a length and has no body.
                if (at == text.Length || text[at..].StartsWith("HTTP/1.1 ", StringComparison.Ordinal))
                    continue;
                if (at + bytes > text.Length)
                    return $"{text.Length - at} bytes of {bytes}";
                if (code >= 400 && StatusFault(text.Substring(at, bytes), code) is { } fault)
                    return fault;
                at += bytes;
            }
            else if (headers.ContainsKey("Transfer-Encoding"))
            {
                if (ChunksEnd(text, at) is not { } after)
                    return code == 200 ? null : "chunks without end";
                at = after;
            }
            else
                return "an answer whose length nobody knows";
        }

        return null;
    }

    private static string? StatusFault(string body, int code)
    {
        if (body == "404 page not found\n")
            return null;
        try
        {
            JsonNode? status = JsonNode.Parse(Encoding.Latin1.GetBytes(body));
            return (string?)status?["kind"] == "Status" && (int?)status["code"] == code && (string?)status["status"] == "Failure"
                ? null
                : "no Status: " + body;
        }
        catch (JsonException)
        {
            return "no JSON: " + body;
        }
    }

    // Null where they are cut off, as those of a watch are whose client has gone.
    private static int? ChunksEnd(string text, int at)
    {
        while (true)
        {
            int end = text.IndexOf("\r\n", at, StringComparison.Ordinal);
            if (end < 0 || !int.TryParse(text[at..end], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int size))
                return null;
            at = end + 2 + size + 2;
            if (at > text.Length)
                return null;
            if (size == 0)
                return at;
        }
    }
}
