using System.Globalization;
using System.Text.RegularExpressions;
using NodeManager.Kubernetes.Selectors;

namespace NodeManager.Core.Configuration;

/// <summary>
/// The accepted values of an option. A raw value is a Boolean, a decimal, text or null, from JSON, an environment variable or PowerShell.
/// </summary>
/// <param name="Accepts">Description for messages.</param>
/// <param name="JsonType">The type in the JSON Schema: <c>boolean</c>, <c>number</c>, <c>integer</c> or <c>string</c>.</param>
/// <param name="Convert">Converts a raw value; false if it is not accepted.</param>
internal sealed record ValueRule(string Accepts, string JsonType, ValueRule.Converter Convert)
{
    public delegate bool Converter(object? raw, out object? value);

    public static readonly ValueRule Boolean = new(
        "true or false",
        "boolean",
        static (raw, out value) =>
        {
            value = raw is string text && bool.TryParse(text, out bool parsed) ? parsed : raw as bool?;
            return value is not null;
        }
    );

    /// <summary>Text that is not empty, or null.</summary>
    public static readonly ValueRule Text = new(
        "text, or null",
        "string",
        static (raw, out value) =>
        {
            value = raw is string { Length: > 0 } ? raw : null;
            return raw is null or string;
        }
    );

    /// <summary>Names and wildcards, separated by commas, or null.</summary>
    public static readonly ValueRule NamePatterns = new(
        "names and wildcards, separated by commas, or null",
        "string",
        static (raw, out value) =>
        {
            value = raw is string { Length: > 0 } ? raw : null;
            return raw is null || (raw is string text && ClusterProtection.Split(text).All(NamePattern.IsValid));
        }
    );

    /// <summary>A duration of zero or more, or null.</summary>
    public static readonly ValueRule Duration = new(
        "a duration (30 seconds, 5m, 1h30m), or null",
        "string",
        static (raw, out value) =>
        {
            TimeSpan? duration = DurationOf(raw);
            value = duration;
            return raw is null or "" || duration >= TimeSpan.Zero;
        }
    );

    /// <summary>See <see cref="Configuration.UnavailablePods"/>.</summary>
    public static readonly ValueRule UnavailablePods = new(
        $"{Configuration.UnavailablePods.Values}, or null",
        "string",
        static (raw, out value) =>
        {
            string? text = raw is decimal number ? number.ToString(CultureInfo.InvariantCulture) : raw as string;
            value = string.IsNullOrEmpty(text) ? null : text;
            return raw is null or "" || (text is not null && Regex.IsMatch(text, Configuration.UnavailablePods.Pattern));
        }
    );

    /// <summary>An image by digest, which no registry can replace, or null.</summary>
    public static readonly ValueRule ImageDigest = new(
        "an image by digest (registry/name@sha256:…), or null",
        "string",
        static (raw, out value) =>
        {
            string? text = raw as string;
            value = string.IsNullOrEmpty(text) ? null : text;
            return raw is null or ""
                || (text is not null && Regex.IsMatch(text, @"^[a-z0-9][A-Za-z0-9._:/-]{0,200}@sha256:[0-9a-f]{64}\z"));
        }
    );

    public decimal? Minimum { get; init; }

    public decimal? Maximum { get; init; }

    public IReadOnlyList<string>? Choices { get; init; }

    public static ValueRule Number(decimal minimum, decimal maximum) =>
        new(
            $"a number from {minimum} to {maximum}",
            "number",
            (raw, out value) =>
            {
                value = NumberOf(raw) is { } number && number >= minimum && number <= maximum ? number : null;
                return value is not null;
            }
        )
        {
            Minimum = minimum,
            Maximum = maximum,
        };

    public static ValueRule WholeNumber(int minimum, int maximum) =>
        new(
            $"a whole number from {minimum} to {maximum}",
            "integer",
            (raw, out value) =>
            {
                value =
                    NumberOf(raw) is { } number && number >= minimum && number <= maximum && decimal.IsInteger(number) ? (int)number : null;
                return value is not null;
            }
        )
        {
            Minimum = minimum,
            Maximum = maximum,
        };

    /// <summary>A duration within bounds; a number is seconds.</summary>
    public static ValueRule Seconds(int minimum, int maximum) =>
        new(
            $"a duration from {minimum} to {maximum} seconds",
            "number",
            (raw, out value) =>
            {
                value =
                    DurationOf(raw) is { } duration && duration.TotalSeconds >= minimum && duration.TotalSeconds <= maximum
                        ? duration
                        : null;
                return value is not null;
            }
        )
        {
            Minimum = minimum,
            Maximum = maximum,
        };

    /// <summary>One of several words. Case and hyphens are ignored: <c>least-sessions</c> is <c>LeastSessions</c>.</summary>
    public static ValueRule Choice(params IReadOnlyList<string> choices) =>
        new(
            $"one of {string.Join(", ", choices)}",
            "string",
            (raw, out value) =>
            {
                string? word = (raw as string)?.Replace("-", "", StringComparison.Ordinal);
                value = choices.FirstOrDefault(choice => choice.Equals(word, StringComparison.OrdinalIgnoreCase));
                return value is not null;
            }
        )
        {
            Choices = choices,
        };

    private static decimal? NumberOf(object? raw) =>
        raw switch
        {
            decimal number => number,
            int number => number,
            string text when decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number) => number,
            _ => null,
        };

    // A JSON number has no suffix, so a decimal is seconds here.
    private static TimeSpan? DurationOf(object? raw) =>
        raw switch
        {
            decimal seconds => DurationReader.TryRead((double)seconds, out TimeSpan duration) ? duration : null,
            TimeSpan or string => DurationReader.TryRead(raw, out TimeSpan duration) ? duration : null,
            _ => null,
        };
}
