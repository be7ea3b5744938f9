using YamlDotNet.Core;

namespace NodeManager.SchedulerConfigurations.Documents;

/// <summary>
/// A file with a scheduler's configuration, or with a ConfigMap that contains it. Writing changes only the lines of the change.
/// </summary>
public sealed class SchedulerManifest
{
    private readonly string _text;
    private readonly string _source;
    private readonly YamlNode? _scalar;

    private SchedulerManifest(string text, string source, SchedulerDocument document, YamlNode? scalar, string key)
    {
        _text = text;
        _source = source;
        _scalar = scalar;
        Document = document;
        Key = key;
    }

    public SchedulerDocument Document { get; }

    /// <summary>The ConfigMap's key; empty for a plain configuration.</summary>
    public string Key { get; }

    /// <summary>True if a change has to reformat the whole value: it is neither a literal block nor in double quotes.</summary>
    public bool LosesItsLayout => _scalar is { Style: not (ScalarStyle.Literal or ScalarStyle.DoubleQuoted) };

    /// <summary>Parses a file's text.</summary>
    /// <param name="source">Its name in messages.</param>
    /// <param name="key">The key of the ConfigMap; null: the first with a configuration.</param>
    /// <exception cref="NodeManagerException">It is not YAML, or contains no configuration.</exception>
    public static SchedulerManifest Read(string text, string source, string? key = null)
    {
        foreach (var map in YamlTreeReader.Read(text, out _).Where(root => root.Value("kind")?.Text == "ConfigMap"))
        foreach (var entry in map.Value("data")?.Entries ?? [])
            if ((key is null || entry.Name == key) && Holds(entry.Value.Resolved))
                return new SchedulerManifest(
                    text,
                    source,
                    SchedulerDocument.Parse(entry.Value.Resolved.Text, $"{source}, key {entry.Name}"),
                    entry.Value.Resolved,
                    entry.Name
                );
        return new SchedulerManifest(text, source, SchedulerDocument.Parse(text, source), null, "");
    }

    /// <summary>The file's text with the changed configuration.</summary>
    public string Write(SchedulerDocument changed)
    {
        if (_scalar is null)
            return changed.Text;
        var written =
            _scalar.Style == ScalarStyle.Literal
                ? WriteLiteral(changed.Text)
                : string.Concat(
                    _text.AsSpan(0, _scalar.ContentStart),
                    YamlScalar.Write(changed.Text, quoted: true),
                    _text.AsSpan(_scalar.End)
                );
        if (Read(written, _source, Key).Document.Text != changed.Text)
            throw new NodeManagerException(
                ErrorIds.SchedulerEditRefused,
                ErrorKind.InvalidOperation,
                $"The configuration cannot be written back into {_source}: its key {Key} is written in a way that would change it.",
                _source,
                "Write the key's value as a literal block (|)."
            );
        return written;
    }

    private static bool Holds(YamlNode value) =>
        value.Kind == YamlNodeKind.Scalar && value.Text.Contains(SchedulerDocument.Kind, StringComparison.Ordinal);

    /// <summary>A literal block has a line of the file for each line of the value: only different ones are replaced.</summary>
    private string WriteLiteral(string value)
    {
        var before = Lines(_scalar!.Text);
        var after = Lines(value);
        var first = 0;
        while (first < Math.Min(before.Length, after.Length) && before[first] == after[first])
            first++;
        var last = 0;
        while (last < Math.Min(before.Length, after.Length) - first && before[^(last + 1)] == after[^(last + 1)])
            last++;
        var starts = new List<int> { TextLines.NextLine(_text, _scalar.ContentStart) };
        while (starts.Count <= before.Length)
            starts.Add(TextLines.NextLine(_text, starts[^1]));
        var model = Array.FindIndex(before, line => line.Length > 0);
        var indent = new string(' ', TextLines.LineEnd(_text, starts[model]) - starts[model] - before[model].Length);
        var lineBreak = TextLines.LineBreak(_text);
        var lines = after[first..(after.Length - last)].Select(line => (line.Length > 0 ? indent : "") + line + lineBreak);
        var head = _text[..starts[first]];
        var tail = _text[starts[before.Length - last]..];
        if (_text.EndsWith('\n') || tail.Length > 0)
            return string.Concat(head, string.Concat(lines), tail);
        // The file ends without a line break: its last line gets one before a line follows, and the new last line has none.
        var written = (head.EndsWith('\n') ? head : head + lineBreak) + string.Concat(lines);
        return written[..TextLines.BeforeLineBreak(written, written.Length)];
    }

    private static string[] Lines(string value) => (value.EndsWith('\n') ? value[..^1] : value).Split('\n');
}
