using YamlDotNet.Core;

namespace NodeManager.SchedulerConfigurations.Yaml;

public enum YamlNodeKind
{
    Scalar,
    Sequence,
    Mapping,

    /// <summary>A reference to an anchor.</summary>
    Alias,
}

/// <summary>
/// A node of a YAML document with its position in the text: <c>[Start, End)</c>, in characters, including anchors and tags. A block ends
/// after its last content, without the line's comment and line break.
/// </summary>
public sealed class YamlNode
{
    public required YamlNodeKind Kind { get; init; }

    public required int Start { get; init; }

    /// <summary>The start of the value after its anchor and tag.</summary>
    public required int ContentStart { get; init; }

    public required int End { get; init; }

    /// <summary>A scalar's text with its escapes resolved; an alias's name.</summary>
    public string Text { get; init; } = "";

    public ScalarStyle Style { get; init; } = ScalarStyle.Any;

    /// <summary>Written as <c>[…]</c> or <c>{…}</c>.</summary>
    public bool IsFlow { get; init; }

    /// <summary>The tag as written (<c>tag:yaml.org,2002:str</c>), or null.</summary>
    public string? Tag { get; init; }

    public string? Anchor { get; init; }

    public IReadOnlyList<YamlNode> Items { get; init; } = [];

    public IReadOnlyList<YamlEntry> Entries { get; init; } = [];

    /// <summary>The target of an alias.</summary>
    public YamlNode? Target { get; init; }

    /// <summary>This node, or the target of the alias.</summary>
    public YamlNode Resolved => Target ?? this;

    /// <summary>True for <c>key:</c> without a value.</summary>
    public bool IsAbsent => Kind == YamlNodeKind.Scalar && Start == End;

    /// <summary>True for a missing value, or <c>null</c>.</summary>
    public bool IsNull => Kind == YamlNodeKind.Scalar && YamlScalar.Resolve(this) is null;

    /// <summary>The first entry of the name, without those merged by <c>&lt;&lt;</c>.</summary>
    public YamlEntry? Entry(string name)
    {
        foreach (var entry in Entries)
            if (entry.Name == name && !entry.IsMerge)
                return entry;
        return null;
    }

    /// <summary>The value of the key, with aliases and merge keys resolved; null without it.</summary>
    public YamlNode? Value(string name)
    {
        var node = Resolved;
        if (node.Entry(name) is { } entry)
            return entry.Value.Resolved;
        foreach (var source in node.Merged())
            if (source.Value(name) is { } merged)
                return merged;
        return null;
    }

    /// <summary>The entries of the mapping and of its merge keys; names may repeat.</summary>
    internal IEnumerable<YamlEntry> AllEntries() =>
        Entries.Where(entry => !entry.IsMerge).Concat(Merged().SelectMany(source => source.AllEntries()));

    /// <summary>The mappings of merge keys; the first takes precedence.</summary>
    internal IEnumerable<YamlNode> Merged() =>
        Entries
            .Where(entry => entry.IsMerge)
            .Select(entry => entry.Value.Resolved)
            .SelectMany(source => source.Kind == YamlNodeKind.Sequence ? source.Items.Select(item => item.Resolved) : [source]);
}

public sealed record YamlEntry(YamlNode Key, YamlNode Value)
{
    public string Name => Key.Text;

    /// <summary>True for a merge key. In quotes, <c>"&lt;&lt;"</c> is a plain name.</summary>
    public bool IsMerge => Name == "<<" && Key is { Style: ScalarStyle.Plain, Tag: null };
}
