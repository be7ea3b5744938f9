using System.Globalization;

namespace NodeManager.Server.Tour;

/// <summary>A duration in its two largest units, as kubectl and the first seed write it: <c>5d3h</c>, <c>17m4s</c>, <c>9s</c>.</summary>
internal static class HumanAge
{
    public static string Format(TimeSpan age)
    {
        if (age < TimeSpan.Zero) age = TimeSpan.Zero;
        (long Amount, string Unit)[] parts = [((long)age.TotalDays, "d"), (age.Hours, "h"), (age.Minutes, "m"), (age.Seconds, "s")];
        int first = Array.FindIndex(parts, p => p.Amount > 0);
        if (first < 0) return "0s";
        return string.Concat(parts.Skip(first).Take(2).Where(p => p.Amount > 0)
            .Select(p => p.Amount.ToString(CultureInfo.InvariantCulture) + p.Unit));
    }
}
