using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace NodeManager.Core.Scheduler.Documents;

/// <summary>Reads a YAML stream into nodes that know where they stand in the text.</summary>
internal sealed class YamlTreeReader
{
    private const int DepthLimit = 100;

    private readonly string text;
    private readonly int offset;
    private readonly Parser parser;
    private readonly Dictionary<string, YamlNode> anchors = [];
    private int depth;

    private YamlTreeReader(string text)
    {
        this.text = text;
        offset = text.StartsWith('\uFEFF') ? 1 : 0;
        parser = new Parser(new Scanner(new StringReader(text[offset..])));
    }

    /// <summary>The root of each document of the stream; a document without content is left out.</summary>
    /// <exception cref="YamlException">The text is not YAML; the message and the marks say where.</exception>
    public static IReadOnlyList<YamlNode> Read(string text)
    {
        var reader = new YamlTreeReader(text);
        var roots = new List<YamlNode>();
        reader.parser.Consume<StreamStart>();
        while (reader.parser.TryConsume<DocumentStart>(out _))
        {
            reader.anchors.Clear();
            var root = reader.ReadNode();
            if (!root.IsAbsent)
                roots.Add(root);
            reader.parser.Consume<DocumentEnd>();
        }

        return roots;
    }

    private int At(Mark mark) => checked((int)mark.Index) + offset;

    private YamlNode ReadNode()
    {
        if (++depth > DepthLimit)
            throw new SemanticErrorException(parser.Current!.Start, parser.Current.End, $"nested deeper than {DepthLimit} levels");
        try
        {
            return parser.Current switch
            {
                Scalar => ReadScalar(parser.Consume<Scalar>()),
                AnchorAlias => ReadAlias(parser.Consume<AnchorAlias>()),
                SequenceStart => ReadSequence(parser.Consume<SequenceStart>()),
                _ => ReadMapping(parser.Consume<MappingStart>()),
            };
        }
        finally
        {
            depth--;
        }
    }

    private YamlNode ReadScalar(Scalar scalar)
    {
        var start = At(scalar.Start);
        var end = At(scalar.End);
        if (scalar.Style is ScalarStyle.Literal or ScalarStyle.Folded)
            end = BlockScalarEnd(start, end);
        return Remember(scalar, new YamlNode
        {
            Kind = YamlNodeKind.Scalar,
            Start = start,
            ContentStart = ContentStart(scalar, start),
            End = end,
            Text = scalar.Value,
            Style = scalar.Style,
            Tag = TagOf(scalar),
            Anchor = AnchorOf(scalar),
        });
    }

    private YamlNode ReadAlias(AnchorAlias alias)
    {
        if (!anchors.TryGetValue(alias.Value.Value, out var target))
            throw new SemanticErrorException(alias.Start, alias.End, $"the alias *{alias.Value.Value} names no anchor");
        return new YamlNode
        {
            Kind = YamlNodeKind.Alias,
            Start = At(alias.Start),
            ContentStart = At(alias.Start),
            End = At(alias.End),
            Text = alias.Value.Value,
            Target = target,
        };
    }

    private YamlNode ReadSequence(SequenceStart begin)
    {
        var items = new List<YamlNode>();
        while (!parser.Accept<SequenceEnd>(out _))
            items.Add(ReadNode());
        var close = parser.Consume<SequenceEnd>();
        var start = At(begin.Start);
        var isFlow = begin.Style == SequenceStyle.Flow;
        return Remember(begin, new YamlNode
        {
            Kind = YamlNodeKind.Sequence,
            Start = start,
            ContentStart = ContentStart(begin, start),
            End = isFlow || items.Count == 0 ? At(close.Start) + 1 : items[^1].End,
            Items = items,
            IsFlow = isFlow,
            Tag = TagOf(begin),
            Anchor = AnchorOf(begin),
        });
    }

    private YamlNode ReadMapping(MappingStart begin)
    {
        var entries = new List<YamlEntry>();
        while (!parser.Accept<MappingEnd>(out _))
        {
            var key = ReadNode();
            entries.Add(new YamlEntry(key.Resolved.Kind == YamlNodeKind.Scalar ? key : throw NotAName(begin), ReadNode()));
        }

        var close = parser.Consume<MappingEnd>();
        var start = At(begin.Start);
        var isFlow = begin.Style == MappingStyle.Flow;
        return Remember(begin, new YamlNode
        {
            Kind = YamlNodeKind.Mapping,
            Start = start,
            ContentStart = ContentStart(begin, start),
            End = isFlow || entries.Count == 0 ? At(close.Start) + 1 : entries[^1].Value.End,
            Entries = entries,
            IsFlow = isFlow,
            Tag = TagOf(begin),
            Anchor = AnchorOf(begin),
        });
    }

    private static SemanticErrorException NotAName(MappingStart begin) => new(begin.Start, begin.End, "a key is a list or a mapping");

    private YamlNode Remember(NodeEvent source, YamlNode node)
    {
        if (!source.Anchor.IsEmpty)
            anchors[source.Anchor.Value] = node;
        return node;
    }

    private static string? AnchorOf(NodeEvent source) => source.Anchor.IsEmpty ? null : source.Anchor.Value;

    private static string? TagOf(NodeEvent source) => source.Tag.IsEmpty ? null : source.Tag.Value;

    private int ContentStart(NodeEvent source, int start)
    {
        if (source.Anchor.IsEmpty && source.Tag.IsEmpty)
            return start;
        var position = start;
        while (position < text.Length && text[position] is '&' or '!')
        {
            while (position < text.Length && !char.IsWhiteSpace(text[position]))
                position++;
            while (position < text.Length && char.IsWhiteSpace(text[position]))
                position++;
        }

        return position;
    }

    /// <summary>The parser's end is where the next token begins; ours is the end of the last line that counts.</summary>
    private int BlockScalarEnd(int start, int end)
    {
        end = Math.Min(end, text.Length);
        var lineStart = TextLines.LineStart(text, end);
        if (lineStart > start && text.AsSpan(lineStart, end - lineStart).IsWhiteSpace())
            end = lineStart;
        var header = text.AsSpan(start, TextLines.LineEnd(text, start) - start);
        if (header.Contains('+'))
            return TextLines.BeforeLineBreak(text, end);
        while (end > start && char.IsWhiteSpace(text[end - 1]))
            end--;
        return end;
    }
}
