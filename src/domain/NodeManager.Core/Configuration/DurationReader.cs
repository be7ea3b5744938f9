using System.Globalization;
using System.Text.RegularExpressions;

namespace NodeManager.Core.Configuration;

/// <summary>
/// Reads durations of parameters, configuration and requests: a TimeSpan, text with units, or a number of seconds. At most 100 years, so
/// that adding a duration to a date cannot overflow.
/// </summary>
public static partial class DurationReader
{
    private const string Accepted = "Specify seconds (30), units (500ms, 45s, 5m, 1h30m, 2d), or a TimeSpan.";

    private static readonly TimeSpan Longest = TimeSpan.FromDays(36525);

    /// <summary>
    /// Reads a duration. PowerShell's number literals have suffixes: it reads <c>1d</c> as the decimal 1, <c>5l</c> as the long 5 and
    /// <c>2kb</c> as 2048. So the text of a literal counts. A decimal without its text is refused, because it may have been 1d.
    /// </summary>
    /// <param name="literal">The text of a number literal; null if it is unknown or only repeats the number.</param>
    /// <exception cref="FormatException">Not a duration. The message names the accepted forms.</exception>
    public static TimeSpan Read(object value, string? literal = null)
    {
        TimeSpan duration = value switch
        {
            TimeSpan span => span,
            string text => Parse(text),
            _ when literal is not null && !PlainLiteral().IsMatch(literal) => ParseLiteral(literal),
            decimal number => throw new FormatException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The decimal {number} is ambiguous as a duration: PowerShell reads 1d as the decimal 1. Quote a duration with a unit ('{number}d' or '{number}s'), or specify seconds as an integer."
                )
            ),
            byte or short or int or long or float or double => FromSeconds(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
            _ => throw Unreadable(value),
        };
        return duration > Longest ? Longest : duration;
    }

    /// <inheritdoc cref="Read"/>
    public static bool TryRead(object value, out TimeSpan duration)
    {
        try
        {
            duration = Read(value);
            return true;
        }
        catch (FormatException)
        {
            duration = default;
            return false;
        }
    }

    private static TimeSpan Parse(string text) => HumanDuration.TryParse(text, out TimeSpan duration) ? duration : throw Unreadable(text);

    private static TimeSpan ParseLiteral(string literal) =>
        HumanDuration.TryParse(literal, out TimeSpan duration)
            ? duration
            : throw new FormatException($"'{literal}' is a number with a suffix of PowerShell, not a duration. {Accepted}");

    private static TimeSpan FromSeconds(double seconds) =>
        double.IsFinite(seconds) && Math.Abs(seconds) < TimeSpan.MaxValue.TotalSeconds
            ? TimeSpan.FromSeconds(seconds)
            : throw Unreadable(seconds);

    private static FormatException Unreadable(object value) =>
        new(string.Create(CultureInfo.InvariantCulture, $"'{value}' is not a duration. {Accepted}"));

    // Digits, exponents, hexadecimal and binary: the text is the number.
    [GeneratedRegex(
        @"^[+-]?(0[xX][0-9a-fA-F]+|0[bB][01]+|(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)$",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant
    )]
    private static partial Regex PlainLiteral();
}
