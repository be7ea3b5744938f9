using System.Buffers;
using System.Globalization;

namespace NodeManager.Core.Scheduler.Catalog;

/// <summary>Durations as Kubernetes' configurations write them: <c>15s</c>, <c>1h30m</c>, <c>1.5h</c>, <c>-3ms</c>, <c>0</c>.</summary>
internal static class GoDuration
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    public static TimeSpan? Parse(string text)
    {
        var rest = text.AsSpan();
        var negative = rest.StartsWith("-");
        if (negative || rest.StartsWith("+"))
            rest = rest[1..];
        if (rest is "0")
            return TimeSpan.Zero;
        if (rest.IsEmpty)
            return null;
        var seconds = 0.0;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(Digits);
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount))
                return null;
            rest = rest[digits..];
            var next = rest.IndexOfAny(Digits);
            var unit = next < 0 ? rest : rest[..next];
            var factor = unit switch
            {
                "h" => 3600.0,
                "m" => 60.0,
                "s" => 1.0,
                "ms" => 1e-3,
                "us" or "µs" or "μs" => 1e-6,
                "ns" => 1e-9,
                _ => double.NaN,
            };
            seconds += amount * factor;
            if (double.IsNaN(seconds) || seconds > 9.2e9)
                return null;
            rest = rest[unit.Length..];
        }

        return TimeSpan.FromSeconds(negative ? -seconds : seconds);
    }
}
