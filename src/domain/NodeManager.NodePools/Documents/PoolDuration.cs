using System.Globalization;
using System.Text;
using NodeManager.Kubernetes.Timing;

namespace NodeManager.NodePools.Documents;

/// <summary>Durations in pool specifications, in Go's format: <c>10m</c>, <c>1h30m</c>, <c>45s</c>.</summary>
public static class PoolDuration
{
    /// <summary>Null for anything but a duration of zero or more.</summary>
    public static TimeSpan? Parse(string? text) =>
        text is not null && GoDuration.Parse(text) is { } duration && duration >= TimeSpan.Zero ? duration : null;

    public static string Format(TimeSpan duration)
    {
        var text = new StringBuilder();
        long hours = (long)duration.TotalHours;
        if (hours > 0)
            text.Append(CultureInfo.InvariantCulture, $"{hours}h");
        if (duration.Minutes > 0)
            text.Append(CultureInfo.InvariantCulture, $"{duration.Minutes}m");
        if (duration.Seconds > 0)
            text.Append(CultureInfo.InvariantCulture, $"{duration.Seconds}s");
        if (duration.Milliseconds > 0)
            text.Append(CultureInfo.InvariantCulture, $"{duration.Milliseconds}ms");
        return text.Length == 0 ? "0s" : text.ToString();
    }
}
