using System.Globalization;

namespace NodeManager.Sandbox.Model.Kinds.Columns;

internal static class ColumnText
{
    public const string None = "<none>";
    public const string Unknown = "<unknown>";
    public const string Unset = "<unset>";

    public static string OrNone(string? text) => string.IsNullOrEmpty(text) ? None : text;

    public static string OrUnknown(string? text) => string.IsNullOrEmpty(text) ? Unknown : text;

    public static string Since(string? timestamp, DateTimeOffset now) =>
        DateTimeOffset.TryParse(timestamp, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset moment)
            ? Duration(now - moment)
            : Unknown;

    public static string Age(JsonObject item, DateTimeOffset now) => Since(item.Object("metadata").Text("creationTimestamp"), now);

    /// <summary>At most two units: <c>90s</c>, <c>3m5s</c>, <c>5h</c>, <c>7d2h</c>, <c>3y40d</c>.</summary>
    public static string Duration(TimeSpan span)
    {
        long seconds = (long)span.TotalSeconds,
            minutes = seconds / 60,
            hours = minutes / 60,
            days = hours / 24;
        return seconds switch
        {
            < -1 => "<invalid>",
            < 0 => "0s",
            < 120 => $"{seconds}s",
            < 600 => Pair(minutes, "m", seconds % 60, "s"),
            < 180 * 60 => $"{minutes}m",
            < 8 * 3600 => Pair(hours, "h", minutes % 60, "m"),
            < 48 * 3600 => $"{hours}h",
            < 8 * 86400 => Pair(days, "d", hours % 24, "h"),
            < 2L * 365 * 86400 => $"{days}d",
            < 8L * 365 * 86400 => Pair(days / 365, "y", days % 365, "d"),
            _ => $"{days / 365}y",
        };
    }

    /// <summary><c>a=1,b=2</c>, sorted by key.</summary>
    public static string Labels(JsonObject? labels) =>
        labels is null or { Count: 0 }
            ? None
            : string.Join(
                ',',
                labels.OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(static pair => $"{pair.Key}={(string?)pair.Value}")
            );

    /// <summary>In command-line syntax.</summary>
    public static string Selector(JsonObject? selector)
    {
        if (selector is null)
            return None;
        IEnumerable<(string Key, string Term)> equal = (selector.Object("matchLabels") ?? []).Select(static pair =>
            (pair.Key, $"{pair.Key}={(string?)pair.Value}")
        );
        IEnumerable<(string Key, string Term)> others = selector
            .Objects("matchExpressions")
            .Select(static one => (one.Text("key") ?? "", Expression(one)));
        return OrNone(
            string.Join(',', equal.Concat(others).OrderBy(static term => term.Key, StringComparer.Ordinal).Select(static term => term.Term))
        );
    }

    public static string AccessModes(JsonArray? modes) =>
        string.Join(
            ',',
            (modes ?? []).Select(static mode =>
                (string?)mode switch
                {
                    "ReadWriteOnce" => "RWO",
                    "ReadOnlyMany" => "ROX",
                    "ReadWriteMany" => "RWX",
                    "ReadWriteOncePod" => "RWOP",
                    var other => other,
                }
            )
        );

    private static string Pair(long large, string unit, long small, string smallUnit) =>
        small == 0 ? $"{large}{unit}" : $"{large}{unit}{small}{smallUnit}";

    /// <summary>A requirement of a selector, in command-line syntax.</summary>
    public static string Expression(JsonObject expression)
    {
        string key = expression.Text("key") ?? "",
            values = string.Join(',', (expression.Array("values") ?? []).Select(static value => (string?)value));
        return expression.Text("operator") switch
        {
            "In" => $"{key} in ({values})",
            "NotIn" => $"{key} notin ({values})",
            "Exists" => key,
            _ => "!" + key,
        };
    }
}
