using System.Collections;
using System.Text;

namespace NodeManager.Formats;

/// <summary>Text bars and sparklines for table cells, on a scale of 0 to 100 percent.</summary>
public static class CellChart
{
    private const string Eighths = "▏▎▍▌▋▊▉";
    private const string Levels = "▁▂▃▄▅▆▇█";
    private const string PlainLevels = "_.-=+*#@";

    /// <summary>A missing sample.</summary>
    private const char Missing = '?';

    /// <summary>False where the terminal is limited to ASCII: the C locale, or an output encoding other than Unicode.</summary>
    public static bool IsUnicode =>
        SupportsUnicode(
            Console.OutputEncoding.CodePage,
            OperatingSystem.IsWindows() && Environment.GetEnvironmentVariable("WT_SESSION") is { Length: > 0 },
            ((string[])["LC_ALL", "LC_CTYPE", "LANG"])
                .Select(Environment.GetEnvironmentVariable)
                .FirstOrDefault(static value => !string.IsNullOrEmpty(value))
        );

    /// <summary>A bar of this width; empty for an unknown share.</summary>
    /// <param name="percent">0 to 100; more is shown as 100.</param>
    public static string Bar(object? percent, int width) => Bar(percent, width, IsUnicode);

    /// <inheritdoc cref="Bar(object?, int)"/>
    public static string Bar(object? percent, int width, bool isUnicode)
    {
        if (ToNumber(percent) is not { } share)
            return "";
        share = Math.Clamp(share / 100, 0, 1);
        if (!isUnicode)
        {
            int filled = (int)Math.Round(share * (width - 2), MidpointRounding.AwayFromZero);
            return $"[{new string('#', filled)}{new string('-', width - 2 - filled)}]";
        }

        int eighths = (int)Math.Round(share * width * 8, MidpointRounding.AwayFromZero);
        string bar = new string('█', eighths / 8) + (eighths % 8 > 0 ? Eighths[(eighths % 8) - 1] : "");
        return bar.PadRight(width, '░');
    }

    /// <summary>A sparkline of at most this width. With more samples than columns, each column shows its largest sample.</summary>
    /// <param name="percents">In chronological order; null for a missing sample.</param>
    public static string Line(object? percents, int width) => Line(percents, width, IsUnicode);

    /// <inheritdoc cref="Line(object?, int)"/>
    public static string Line(object? percents, int width, bool isUnicode)
    {
        decimal?[] samples = [.. (Plain(percents) as IEnumerable)?.Cast<object?>().Select(ToNumber) ?? []];
        int columns = Math.Min(width, samples.Length);
        string levels = isUnicode ? Levels : PlainLevels;
        var line = new StringBuilder(columns);
        for (int column = 0; column < columns; column++)
        {
            int from = column * samples.Length / columns,
                to = (column + 1) * samples.Length / columns;
            decimal? largest = samples[from..to].Max();
            line.Append(
                largest is { } share ? levels[(int)Math.Clamp(Math.Floor(share / 100 * levels.Length), 0, levels.Length - 1)] : Missing
            );
        }

        return line.ToString();
    }

    internal static bool SupportsUnicode(int codePage, bool isTerminal, string? locale) =>
        locale is not ("C" or "POSIX") && (isTerminal || codePage is 65001 or 1200 or 1201 or 12000 or 12001);

    private static object? Plain(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;

    // Deserialized rows may have other numeric types.
    private static decimal? ToNumber(object? value) =>
        Plain(value) switch
        {
            null => null,
            decimal number => number,
            IConvertible number and not string => Convert.ToDecimal(number, System.Globalization.CultureInfo.InvariantCulture),
            _ => null,
        };
}
