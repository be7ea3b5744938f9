using System.Globalization;
using System.Text.RegularExpressions;

namespace NodeManager;

/// <summary>Durations for people: the largest unit, and the next one while the largest is below 10 (<c>5d3h</c>, <c>45s</c>, <c>12m</c>).</summary>
public static partial class HumanDuration
{
    private static readonly (string Name, double Seconds)[] Units = [("y", 31536000), ("d", 86400), ("h", 3600), ("m", 60), ("s", 1)];

    public static string Format(TimeSpan duration)
    {
        double seconds = Math.Abs(duration.TotalSeconds);
        string sign = duration < TimeSpan.Zero ? "-" : "";
        int unit = Array.FindIndex(Units, u => seconds >= u.Seconds);
        if (unit < 0)
            return sign + (seconds == 0 ? "0s" : seconds.ToString("0.0", CultureInfo.InvariantCulture) + "s");

        double amount = Math.Floor(seconds / Units[unit].Seconds);
        string text = sign + amount.ToString(CultureInfo.InvariantCulture) + Units[unit].Name;
        if (amount >= 10 || unit == Units.Length - 1)
            return text;
        double rest = Math.Floor((seconds - (amount * Units[unit].Seconds)) / Units[unit + 1].Seconds);
        return rest == 0 ? text : text + rest.ToString(CultureInfo.InvariantCulture) + Units[unit + 1].Name;
    }

    /// <summary>
    /// Reads a duration: a number is seconds, units are what they say (<c>500ms</c>, <c>5m</c>, <c>1h30m</c>, <c>2d</c>), and text with colons is
    /// a TimeSpan's.
    /// </summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        text = text.Trim();
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds))
            return TryFromSeconds(seconds, out duration);
        if (text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out duration))
            return true;

        Match match = UnitPattern().Match(text);
        double total = match.Groups["part"].Captures.Sum(part => Seconds(part.Value));
        duration = default;
        return match.Success && TryFromSeconds(match.Groups["minus"].Success ? -total : total, out duration);
    }

    private static double Seconds(string part)
    {
        string unit = part.TrimStart("0123456789.".ToCharArray());
        double amount = double.Parse(part[..^unit.Length], CultureInfo.InvariantCulture);
        return amount
            * unit switch
            {
                "ms" => 0.001,
                "s" => 1,
                "m" => 60,
                "h" => 3600,
                _ => 86400,
            };
    }

    private static bool TryFromSeconds(double seconds, out TimeSpan duration)
    {
        bool isInRange = double.IsFinite(seconds) && Math.Abs(seconds) < TimeSpan.MaxValue.TotalSeconds;
        duration = isInRange ? TimeSpan.FromSeconds(seconds) : default;
        return isInRange;
    }

    [GeneratedRegex(
        @"^(?<minus>-)?(?<part>(\d+(\.\d+)?|\.\d+)(ms|s|m|h|d))+$",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant
    )]
    private static partial Regex UnitPattern();
}
