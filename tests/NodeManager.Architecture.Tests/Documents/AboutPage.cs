using System.Text;
using System.Text.RegularExpressions;

namespace NodeManager.Architecture.Tests.Documents;

/// <summary>An about topic for the terminal, made of a concept page: 80 columns, without marks of Markdown.</summary>
internal static partial class AboutPage
{
    private const int Width = 76,
        Indent = 4,
        WidestName = 20;

    /// <param name="topic">Such as about_NodeManager_Drain.</param>
    /// <param name="markdown">A title, a paragraph that is the short description, and sections.</param>
    public static string Build(string topic, string markdown)
    {
        StringBuilder text = new($"TOPIC\n    {topic}\n\n");
        bool hasShort = false;
        string section = "SHORT DESCRIPTION";
        foreach (string block in Block().Matches(markdown.ReplaceLineEndings("\n")).Select(static one => one.Value.TrimEnd('\n')))
        {
            if (block.StartsWith("# ", StringComparison.Ordinal))
                continue;
            if (block.StartsWith("## ", StringComparison.Ordinal))
            {
                section = block == "## Read on" ? "SEE ALSO" : Plain(block[3..]).ToUpperInvariant();
                continue;
            }

            if (section.Length > 0)
                text.Append(section).Append('\n');
            section = "";
            Append(text, block, text.ToString().EndsWith("SEE ALSO\n", StringComparison.Ordinal));
            if (!hasShort)
                section = "LONG DESCRIPTION";
            hasShort = true;
            text.Append('\n');
        }

        return text.ToString().TrimEnd('\n') + "\n";
    }

    private static void Append(StringBuilder text, string block, bool isSeeAlso)
    {
        string[] lines = block.Split('\n');
        if (block.StartsWith("```", StringComparison.Ordinal))
            foreach (string line in lines[1..^1])
                text.Append("        ").Append(line).Append('\n');
        else if (block.StartsWith('|'))
            AppendTable(text, [.. lines.Skip(2).Select(static line => line.Trim('|', ' ').Split(" | "))]);
        else if (isSeeAlso)
            foreach (Match link in Link().Matches(block))
                Wrap(text, Plain(link.Groups[1].Value), Indent, "");
        else if (Item().IsMatch(lines[0]))
            foreach (Match item in Item().Matches(block))
                Wrap(text, Plain(item.Groups[2].Value), Indent, item.Groups[1].Value + " ");
        else
            Wrap(text, Plain(block), Indent, "");
    }

    // The first column names a row; the others follow it.
    private static void AppendTable(StringBuilder text, string[][] rows)
    {
        int width = rows.Max(static row => Plain(row[0]).Length);
        foreach (string[] row in rows)
        {
            string name = Plain(row[0]),
                rest = string.Join(": ", row.Skip(1).Select(Plain).Reverse());
            if (width <= WidestName)
                Wrap(text, rest, Indent, name.PadRight(width + 2));
            else
                Wrap(text, $"{name}: {rest}", Indent, "- ");
        }
    }

    private static void Wrap(StringBuilder text, string paragraph, int indent, string first)
    {
        string line = new string(' ', indent) + first,
            next = new(' ', indent + first.Length);
        bool isEmpty = true;
        foreach (string word in paragraph.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!isEmpty && line.Length + 1 + word.Length > Width + 2)
            {
                text.Append(line).Append('\n');
                (line, isEmpty) = (next, true);
            }

            line += isEmpty ? word : " " + word;
            isEmpty = false;
        }

        text.Append(line).Append('\n');
    }

    private static string Plain(string markdown) =>
        Link()
            .Replace(markdown, "$1")
            .Replace("**", "", StringComparison.Ordinal)
            .Replace("`", "", StringComparison.Ordinal)
            .Replace('\n', ' ')
            .Trim();

    // A fenced block, or lines up to an empty one.
    [GeneratedRegex(@"^```.*?^```$|(?:^(?!```)[^\n]*\S[^\n]*(?:\n|\z))+", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^(-|\d+\.) ((?:.+)(?:\n  +.+)*)", RegexOptions.Multiline)]
    private static partial Regex Item();

    [GeneratedRegex(@"\[([^\]]+)\]\([^)]+\)")]
    private static partial Regex Link();
}
