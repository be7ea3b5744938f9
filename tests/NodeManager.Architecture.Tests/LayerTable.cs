using System.Text.RegularExpressions;

namespace NodeManager.Architecture.Tests;

/// <summary>
/// The layers that <c>docs/architecture.md</c> states, bottom up. An entry stands for a folder and all folders in it that have no entry of
/// their own.
/// </summary>
internal sealed partial class LayerTable
{
    private readonly Dictionary<string, int> _rows = new(StringComparer.Ordinal);

    private LayerTable(IEnumerable<string[]> rows)
    {
        int number = 0;
        foreach (string[] row in rows)
        {
            number++;
            foreach (string folder in row)
                if (!_rows.TryAdd(folder, number))
                    throw new FormatException($"docs/architecture.md states {folder} twice.");
        }
    }

    public IEnumerable<string> Entries => _rows.Keys;

    /// <param name="text">Markdown with a section <c>## Layers</c>, in which each row of the table names folders in back quotes.</param>
    public static LayerTable Parse(string text)
    {
        string section = Section().Match(text) is { Success: true } found
            ? found.Value
            : throw new FormatException("docs/architecture.md has no section \"Layers\".");
        return new(
            section
                .Split('\n')
                .Where(static line => line.StartsWith("| ", StringComparison.Ordinal))
                .Select(static line => Folder().Matches(line).Select(static one => one.Groups[1].Value).ToArray())
                .Where(static row => row.Length > 0)
        );
    }

    /// <summary>The entry that stands for a folder; null where there is none.</summary>
    public string? EntryOf(string folder)
    {
        for (string at = folder; at.Length > 0; at = at.LastIndexOf('/') is > 0 and var cut ? at[..cut] : "")
            if (_rows.ContainsKey(at))
                return at;
        return null;
    }

    /// <summary>True where the arrow leads to a row above its own, or stays within one entry.</summary>
    public bool Allows(Arrow arrow) =>
        EntryOf(arrow.From) is { } from && EntryOf(arrow.To) is { } to && (from == to || _rows[to] < _rows[from]);

    [GeneratedRegex(@"^## Layers\n.*?(?=^## |\z)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Section();

    [GeneratedRegex("`(NodeManager[^`]*)`")]
    private static partial Regex Folder();
}
