using System.Text.RegularExpressions;

namespace NodeManager.Architecture.Tests;

/// <summary>
/// The layers that <c>docs/architecture.md</c> states, bottom up: a row per project, in it the project's folders with an arrow between layers.
/// An entry stands for a folder and all folders in it that have no entry of their own. What lies in a project's own folder is the last of its
/// layers, unless the row has <c>(root)</c> elsewhere.
/// </summary>
internal sealed partial class LayerTable
{
    private readonly Dictionary<string, int> _rows = new(StringComparer.Ordinal);

    private LayerTable(IEnumerable<(string Project, string[] Layers)> rows)
    {
        int number = 0;
        foreach ((string project, string[] layers) in rows)
        {
            foreach (string layer in layers)
            {
                number++;
                foreach (Match folder in Folder().Matches(layer))
                    Add(folder.Value == "(root)" ? project : $"{project}/{folder.Groups[1].Value}", number);
            }

            number++;
            _rows.TryAdd(project, number);
        }
    }

    public IEnumerable<string> Entries => _rows.Keys;

    /// <param name="text">Markdown with a section <c>## Layers</c>, whose table has projects and folders in back quotes.</param>
    public static LayerTable Parse(string text)
    {
        string section = Section().Match(text) is { Success: true } found
            ? found.Value
            : throw new FormatException("docs/architecture.md has no section \"Layers\".");
        return new(Row().Matches(section).Select(static row => (row.Groups[1].Value, row.Groups[2].Value.Split('→'))));
    }

    /// <summary>The entry that stands for a folder; null where there is none.</summary>
    public string? EntryOf(string folder)
    {
        for (string at = folder; at.Length > 0; at = at.LastIndexOf('/') is > 0 and var cut ? at[..cut] : "")
            if (_rows.ContainsKey(at))
                return at;
        return null;
    }

    /// <summary>True where the arrow leads to a layer before its own, or stays within one entry.</summary>
    public bool Allows(Arrow arrow) =>
        EntryOf(arrow.From) is { } from && EntryOf(arrow.To) is { } to && (from == to || _rows[to] < _rows[from]);

    [GeneratedRegex(@"^## Layers\n.*?(?=^## |\z)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Section();

    [GeneratedRegex(@"^\| `(NodeManager[^`]*)` \|([^|]*)\|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"`([^`]+)`|\(root\)")]
    private static partial Regex Folder();

    private void Add(string folder, int number)
    {
        if (!_rows.TryAdd(folder, number))
            throw new FormatException($"docs/architecture.md states {folder} twice.");
    }
}
