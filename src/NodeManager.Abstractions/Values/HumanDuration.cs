using System.Globalization;

namespace NodeManager;

/// <summary>Durations for people: the largest unit, and the next one while the largest is below 10 (<c>5d3h</c>, <c>45s</c>, <c>12m</c>).</summary>
public static class HumanDuration
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
}
