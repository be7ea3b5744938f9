using YamlDotNet.Core;

namespace NodeManager.SchedulerConfigurations.Yaml;

/// <summary>What a node of a YAML document is.</summary>
public enum YamlNodeKind
{
    Scalar,
    Sequence,
    Mapping,

    /// <summary>Stands for a node that an anchor names elsewhere.</summary>
    Alias,
}

/// <summary>
/// A node of a YAML document and where it stands in the text: <c>[Start, End)</c>, in characters, anchors and tags included. A block's end is
/// the end of its last content: neither the line's comment nor the line end belongs to it.
/// </summary>
public sealed class YamlNode
{
    public required YamlNodeKind Kind { get; init; }

    public required int Start { get; init; }

    /// <summary>Where the value itself begins, behind its anchor and tag.</summary>
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

    /// <summary>What an alias stands for.</summary>
    public YamlNode? Target { get; init; }

    /// <summary>This node, or what the alias stands for.</summary>
    public YamlNode Resolved => Target ?? this;

    /// <summary>Nothing was written: <c>key:</c> and no more.</summary>
    public bool IsAbsent => Kind == YamlNodeKind.Scalar && Start == End;

    /// <summary>Nothing was written, or <c>null</c>.</summary>
    public bool IsNull => Kind == YamlNodeKind.Scalar && YamlScalar.Resolve(this) is null;

    /// <summary>The first entry of that name that is written here, not one merged in by <c>&lt;&lt;</c>.</summary>
    public YamlEntry? Entry(string name)
    {
        foreach (var entry in Entries)
            if (entry.Name == name && !entry.IsMerge)
                return entry;
        return null;
    }

    /// <summary>The value of that key, aliases and merge keys followed; null where there is none.</summary>
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

    /// <summary>The entries that are written here and those that merge keys bring; a name may occur more than once.</summary>
    internal IEnumerable<YamlEntry> AllEntries() =>
        Entries.Where(entry => !entry.IsMerge).Concat(Merged().SelectMany(source => source.AllEntries()));

    /// <summary>The mappings that merge keys bring, the first winning.</summary>
    internal IEnumerable<YamlNode> Merged() =>
        Entries
            .Where(entry => entry.IsMerge)
            .Select(entry => entry.Value.Resolved)
            .SelectMany(source => source.Kind == YamlNodeKind.Sequence ? source.Items.Select(item => item.Resolved) : [source]);
}

/// <summary>A key of a mapping with its value.</summary>
public sealed record YamlEntry(YamlNode Key, YamlNode Value)
{
    public string Name => Key.Text;

    /// <summary>A merge key. In quotes, <c>"&lt;&lt;"</c> is a name as any other.</summary>
    public bool IsMerge => Name == "<<" && Key is { Style: ScalarStyle.Plain, Tag: null };
}
