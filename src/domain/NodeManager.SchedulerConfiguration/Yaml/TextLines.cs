using YamlDotNet.Core;

namespace NodeManager.SchedulerConfigurations.Yaml;

/// <summary>Lines of a text by position; a line ends with LF or CR LF.</summary>
internal static class TextLines
{
    public static int LineStart(string text, int position) => position == 0 ? 0 : text.LastIndexOf('\n', position - 1) + 1;

    /// <summary>Before its line break.</summary>
    public static int LineEnd(string text, int position)
    {
        var feed = text.IndexOf('\n', position);
        return feed < 0 ? text.Length
            : feed > position && text[feed - 1] == '\r' ? feed - 1
            : feed;
    }

    /// <summary>The text's end for the last line.</summary>
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

    /// <summary>The position as a mark of YamlDotNet.</summary>
    public static Mark Mark(string text, int position) =>
        new(position, LineNumber(text, position), position - LineStart(text, position) + 1);

    /// <summary>True if only blanks precede the position in its line.</summary>
    public static bool IsFirstInLine(string text, int position)
    {
        var start = LineStart(text, position);
        return text.AsSpan(start, position - start).Trim('\uFEFF').IsWhiteSpace();
    }

    /// <summary>The line break of the text's first line; LF without one.</summary>
    public static string LineBreak(string text)
    {
        var feed = text.IndexOf('\n', StringComparison.Ordinal);
        return feed > 0 && text[feed - 1] == '\r' ? "\r\n" : "\n";
    }
}
