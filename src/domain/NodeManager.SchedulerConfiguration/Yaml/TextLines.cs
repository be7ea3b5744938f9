using YamlDotNet.Core;

namespace NodeManager.SchedulerConfigurations.Yaml;

/// <summary>Lines of a text by position; a line ends with LF or CR LF.</summary>
internal static class TextLines
{
    /// <summary>Where the line of a position begins.</summary>
    public static int LineStart(string text, int position) => position == 0 ? 0 : text.LastIndexOf('\n', position - 1) + 1;

    /// <summary>Where the line of a position ends, before its line break.</summary>
    public static int LineEnd(string text, int position)
    {
        var feed = text.IndexOf('\n', position);
        return feed < 0 ? text.Length
            : feed > position && text[feed - 1] == '\r' ? feed - 1
            : feed;
    }

    /// <summary>Where the line after a position's begins; the text's end for the last one.</summary>
    public static int NextLine(string text, int position)
    {
        var feed = text.IndexOf('\n', position);
        return feed < 0 ? text.Length : feed + 1;
    }

    /// <summary>The position before the line break that ends at this one, or the position itself.</summary>
    public static int BeforeLineBreak(string text, int position)
    {
        if (position > 0 && text[position - 1] == '\n')
            position--;
        if (position > 0 && text[position - 1] == '\r')
            position--;
        return position;
    }

    public static int Column(string text, int position)
    {
        var start = LineStart(text, position);
        return position - start - (start == 0 && text.StartsWith('\uFEFF') ? 1 : 0);
    }

    /// <summary>1 for the first line.</summary>
    public static int LineNumber(string text, int position) => text.AsSpan(0, position).Count('\n') + 1;

    /// <summary>A position as YamlDotNet names it.</summary>
    public static Mark Mark(string text, int position) =>
        new(position, LineNumber(text, position), position - LineStart(text, position) + 1);

    /// <summary>Only blanks stand before this position in its line.</summary>
    public static bool IsFirstInLine(string text, int position)
    {
        var start = LineStart(text, position);
        return text.AsSpan(start, position - start).Trim('\uFEFF').IsWhiteSpace();
    }

    /// <summary>The text's own line end: that of its first line, LF where it has none.</summary>
    public static string LineBreak(string text)
    {
        var feed = text.IndexOf('\n', StringComparison.Ordinal);
        return feed > 0 && text[feed - 1] == '\r' ? "\r\n" : "\n";
    }
}
