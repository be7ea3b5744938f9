using System.Buffers;
using System.Globalization;

namespace NodeManager.Kubernetes.Timing;

/// <summary>Go durations: <c>15s</c>, <c>1h30m</c>, <c>1.5h</c>, <c>-3ms</c>, <c>0</c>.</summary>
public static class GoDuration
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    /// <summary>Null if invalid.</summary>
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
        var nanoseconds = 0m;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(Digits);
            if (
                digits <= 0
                || !decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount)
            )
                return null;
            rest = rest[digits..];
            var next = rest.IndexOfAny(Digits);
            var unit = next < 0 ? rest : rest[..next];
            var factor = unit switch
            {
                "h" => 3600e9m,
                "m" => 60e9m,
                "s" => 1e9m,
                "ms" => 1e6m,
                "us" or "µs" or "μs" => 1e3m,
                "ns" => 1m,
                _ => 0m,
            };
            if (factor == 0 || amount > long.MaxValue / factor)
                return null;
            nanoseconds += amount * factor;
            if (decimal.Truncate(nanoseconds) > long.MaxValue)
                return null;
            rest = rest[unit.Length..];
        }

        return TimeSpan.FromTicks((negative ? -1 : 1) * (long)decimal.Ceiling(nanoseconds / TimeSpan.NanosecondsPerTick));
    }
}
