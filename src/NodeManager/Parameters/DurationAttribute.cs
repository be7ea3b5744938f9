using System.Globalization;
using System.Management.Automation;

namespace NodeManager.Parameters;

/// <summary>
/// Durations as people write them: a number or numeric text is seconds, <c>5m</c> and <c>1h30m</c> are what they say, a TimeSpan (or its
/// text with colons) is itself. PowerShell alone reads 30 as 3 microseconds and '30' as 30 days. More than 100 years are 100 years, so that
/// a moment can be computed from any duration.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class DurationAttribute : ArgumentTransformationAttribute
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(36525);

    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        TimeSpan? duration = value switch
        {
            null => null,
            TimeSpan span => span,
            string text => Parse(text.Trim()),
            byte or short or int or long or float or double or decimal => FromSeconds(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
            _ => throw Unreadable(value),
        };
        return duration > Longest ? Longest : duration;
    }

    /// <exception cref="NodeManagerException">InvalidDuration: it is negative.</exception>
    internal static void RequireNotNegative(string parameter, TimeSpan? value)
    {
        if (value < TimeSpan.Zero)
        {
            throw new NodeManagerException(
                ErrorIds.InvalidDuration, ErrorKind.InvalidArgument, $"-{parameter} is negative ({value}); a duration is zero or more.", value,
                "Specify seconds (30), or a duration such as 5m or 1h30m.");
        }
    }

    private static TimeSpan Parse(string text) => HumanDuration.TryParse(text, out TimeSpan duration) ? duration : throw Unreadable(text);

    private static TimeSpan FromSeconds(double seconds) =>
        double.IsFinite(seconds) && Math.Abs(seconds) < TimeSpan.MaxValue.TotalSeconds
            ? TimeSpan.FromSeconds(seconds)
            : throw Unreadable(seconds);

    private static ArgumentTransformationMetadataException Unreadable(object value) =>
        new($"'{value}' is not a duration. Specify seconds (30), units (500ms, 45s, 5m, 1h30m, 2d), or a TimeSpan.");
}
