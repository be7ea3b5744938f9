using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace NodeManager.Sandbox.Model.Kinds.Custom.Schemas;

/// <summary>
/// Text formats of schemas; unknown ones are ignored. Source: the Kubernetes documentation, "Custom resources", validation.
/// </summary>
internal static partial class TextFormats
{
    private static readonly string[] Dates =
    [
        "yyyy-MM-dd'T'HH:mm:ssK",
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
        "yyyy-MM-dd't'HH:mm:ssK",
        "yyyy-MM-dd HH:mm:ssK",
        "yyyy-MM-dd'T'HH:mm:ss",
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF",
    ];

    public static bool Fits(string format, string text) =>
        format switch
        {
            "date-time" or "datetime" => DateTimeOffset.TryParseExact(
                text,
                Dates,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out _
            ),
            "date" => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
            "duration" => Duration().IsMatch(text),
            "ipv4" => text.Count(static one => one == '.') == 3
                && IPAddress.TryParse(text, out IPAddress? four)
                && four.AddressFamily == AddressFamily.InterNetwork,
            "ipv6" => text.Contains(':', StringComparison.Ordinal)
                && IPAddress.TryParse(text, out IPAddress? six)
                && six.AddressFamily == AddressFamily.InterNetworkV6,
            "cidr" => IsNetwork(text),
            "mac" => Hardware().IsMatch(text),
            "uuid" or "uuid3" or "uuid4" or "uuid5" => Identity().IsMatch(text),
            "byte" => Convert.TryFromBase64String(text, new byte[text.Length], out _),
            "email" => Mail().IsMatch(text),
            "hostname" => text.Length <= 255 && Host().IsMatch(text),
            "uri" => !text.Contains(' ', StringComparison.Ordinal)
                && Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out Uri? address)
                && (address.IsAbsoluteUri || text.StartsWith('/')),
            "hexcolor" => Colour().IsMatch(text),
            _ => true,
        };

    private static bool IsNetwork(string text) =>
        text.Split('/') is [var address, var bits]
        && IPAddress.TryParse(address, out IPAddress? parsed)
        && int.TryParse(bits, NumberStyles.None, CultureInfo.InvariantCulture, out int length)
        && length <= (parsed.AddressFamily == AddressFamily.InterNetwork ? 32 : 128);

    // Go durations, and words: "1h30m", "2 days".
    [GeneratedRegex(
        @"^([-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h))+\z|^0\z|^\s*[0-9]+(\.[0-9]+)?\s*(ns|nano|us|micro|ms|milli|s|sec|m|min|h|hr|hour|d|day|w|wk|week)s?\s*\z",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Duration();

    [GeneratedRegex("^[0-9a-fA-F]{2}([:-][0-9a-fA-F]{2}){5}([:-][0-9a-fA-F]{2}[:-][0-9a-fA-F]{2})?\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Hardware();

    [GeneratedRegex("^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Identity();

    [GeneratedRegex(@"^[^@\s]+@[^@\s]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Mail();

    [GeneratedRegex(
        @"^[a-zA-Z0-9]([-_a-zA-Z0-9]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([-_a-zA-Z0-9]{0,61}[a-zA-Z0-9])?)*\.?\z",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Host();

    [GeneratedRegex("^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Colour();
}
