using System.Buffers;
using System.Text;
using Map = System.Collections.Generic.OrderedDictionary<string, object?>;

namespace NodeManager.SchedulerConfigurations.Editing;

/// <summary>Writes values as YAML.</summary>
internal static class YamlWriter
{
    private static readonly SearchValues<char> FlowSyntax = SearchValues.Create(",[]{}:");

    /// <summary>In one line; <paramref name="quoted"/> as in JSON.</summary>
    public static string Flow(object? value, bool quoted) =>
        value switch
        {
            Map map => "{"
                + string.Join(", ", map.Select(pair => YamlScalar.Write(pair.Key, quoted) + ": " + Flow(pair.Value, quoted)))
                + "}",
            List<object?> list => "[" + string.Join(", ", list.Select(item => Flow(item, quoted))) + "]",
            string text => FlowText(text, quoted),
            _ => YamlScalar.Write(value),
        };

    /// <summary>A key with its value in block style, its first line without indentation; the key is at <paramref name="column"/>.</summary>
    public static string Entry(string key, object? value, int column, YamlStyle style)
    {
        var text = new StringBuilder();
        AppendEntry(text, key, value, column, style);
        return text.ToString();
    }

    /// <summary>A list item in block style, its first line without indentation; the dash is at <paramref name="column"/>.</summary>
    public static string Item(object? value, int column, YamlStyle style)
    {
        var text = new StringBuilder();
        AppendItem(text, value, column, style);
        return text.ToString();
    }

    private static void AppendEntry(StringBuilder text, string key, object? value, int column, YamlStyle style)
    {
        text.Append(YamlScalar.Write(key)).Append(':');
        switch (value)
        {
            case Map { Count: > 0 } map:
                AppendLines(text, map, column + style.Step, style, startsLine: true);
                break;
            case List<object?> { Count: > 0 } list:
                foreach (var item in list)
                {
                    NewLine(text, column + style.ListStep, style);
                    AppendItem(text, item, column + style.ListStep, style);
                }

                break;
            default:
                text.Append(' ').Append(Flow(value, quoted: false));
                break;
        }
    }

    private static void AppendItem(StringBuilder text, object? value, int column, YamlStyle style)
    {
        text.Append("- ");
        if (value is Map { Count: > 0 } map)
            AppendLines(text, map, column + 2, style, startsLine: false);
        else
            text.Append(Flow(value, quoted: false));
    }

    private static void AppendLines(StringBuilder text, Map map, int column, YamlStyle style, bool startsLine)
    {
        foreach (var (key, value) in map)
        {
            if (startsLine)
                NewLine(text, column, style);
            startsLine = true;
            AppendEntry(text, key, value, column, style);
        }
    }

    private static void NewLine(StringBuilder text, int column, YamlStyle style) => text.Append(style.LineBreak).Append(' ', column);

    // In flow style a plain text may not contain characters that end an item.
    private static string FlowText(string text, bool quoted) => YamlScalar.Write(text, quoted || text.AsSpan().ContainsAny(FlowSyntax));
}
