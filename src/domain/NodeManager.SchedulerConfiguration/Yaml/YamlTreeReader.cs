using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlNodeEvent = YamlDotNet.Core.Events.NodeEvent;

namespace NodeManager.SchedulerConfigurations.Yaml;

/// <summary>Parses a YAML stream into nodes with positions.</summary>
internal sealed class YamlTreeReader
{
    private const int DepthLimit = 100;

    private readonly string _text;
    private readonly int _offset;
    private readonly Parser _parser;
    private readonly Dictionary<string, YamlNode> _anchors = [];
    private int _depth;

    private YamlTreeReader(string text)
    {
        _text = text;
        _offset = text.StartsWith('\uFEFF') ? 1 : 0;
        _parser = new Parser(new Scanner(new StringReader(text[_offset..])));
    }

    /// <summary>The root of each document of the stream, without empty documents.</summary>
    /// <exception cref="YamlException">The text is not YAML, with message and position.</exception>
    public static IReadOnlyList<YamlNode> Read(string text)
    {
        var roots = Read(text, out var fault);
        return fault is null ? [.. roots.Where(root => !root.IsAbsent)] : throw fault;
    }

    /// <summary>The roots of the documents, including empty ones, up to the first syntax error.</summary>
    /// <param name="fault">The syntax error; null if the whole text was parsed.</param>
    public static IReadOnlyList<YamlNode> Read(string text, out YamlException? fault)
    {
        var roots = new List<YamlNode>();
        fault = YamlCharacters.Check(text) ?? YamlDirectives.Check(text);
        if (fault is not null)
            return roots;
        var reader = new YamlTreeReader(text);
        try
        {
            reader._parser.Consume<StreamStart>();
            while (reader._parser.TryConsume<DocumentStart>(out var start))
            {
                if (start.Version is { Version: not { Major: 1, Minor: 1 } })
                    throw new SemanticErrorException(start.Start, start.End, "Kubernetes reads YAML 1.1 only");
                reader._anchors.Clear();
                var root = reader.ReadNode();
                reader._parser.Consume<DocumentEnd>();
                roots.Add(root);
            }
        }
        catch (SyntaxErrorException exception)
        {
            fault = reader.Located(exception);
        }
        catch (YamlException exception)
        {
            fault = exception;
        }

        return roots;
    }

    /// <summary>The parser reports a tab in the indentation at its mapping, which may begin far above.</summary>
    private SyntaxErrorException Located(SyntaxErrorException fault)
    {
        if (_parser.Current is not { } last || fault.End.Index >= last.End.Index)
            return fault;
        var position = At(last.End);
        for (var line = TextLines.NextLine(_text, position); line < _text.Length; line = TextLines.NextLine(_text, line))
        {
            var indentation = _text.AsSpan(line).IndexOfAnyExcept(' ');
            if (indentation < 0 || _text[line + indentation] != '\t')
                continue;
            position = line + indentation;
            break;
        }

        var mark = TextLines.Mark(_text, position);
        return new SyntaxErrorException(mark, mark, fault.Message);
    }

    private int At(Mark mark) => checked((int)mark.Index) + _offset;

    private YamlNode ReadNode()
    {
        if (++_depth > DepthLimit)
            throw new SemanticErrorException(_parser.Current!.Start, _parser.Current.End, $"nested deeper than {DepthLimit} levels");
        try
        {
            return _parser.Current switch
            {
                Scalar => ReadScalar(_parser.Consume<Scalar>()),
                AnchorAlias => ReadAlias(_parser.Consume<AnchorAlias>()),
                SequenceStart => ReadSequence(_parser.Consume<SequenceStart>()),
                _ => ReadMapping(_parser.Consume<MappingStart>()),
            };
        }
        finally
        {
            _depth--;
        }
    }

    private YamlNode ReadScalar(Scalar scalar)
    {
        var start = At(scalar.Start);
        var end = At(scalar.End);
        if (scalar.Style is ScalarStyle.Literal or ScalarStyle.Folded)
            end = BlockScalarEnd(start, end);
        var node = new YamlNode
        {
            Kind = YamlNodeKind.Scalar,
            Start = start,
            ContentStart = ContentStart(scalar, start),
            End = end,
            Text = scalar.Value,
            Style = scalar.Style,
            Tag = TagOf(scalar),
            Anchor = AnchorOf(scalar),
        };
        if (!YamlScalar.FitsItsTag(node))
            throw new SemanticErrorException(scalar.Start, scalar.End, $"'{scalar.Value}' is not of the kind that its tag names");
        return Remember(scalar, node);
    }

    private YamlNode ReadAlias(AnchorAlias alias)
    {
        if (!_anchors.TryGetValue(alias.Value.Value, out var target))
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
        while (!_parser.Accept<SequenceEnd>(out _))
            items.Add(ReadNode());
        var close = _parser.Consume<SequenceEnd>();
        var start = At(begin.Start);
        var isFlow = begin.Style == SequenceStyle.Flow;
        return Remember(
            begin,
            new YamlNode
            {
                Kind = YamlNodeKind.Sequence,
                Start = start,
                ContentStart = ContentStart(begin, start),
                End = isFlow || items.Count == 0 ? At(close.Start) + 1 : items[^1].End,
                Items = items,
                IsFlow = isFlow,
                Tag = TagOf(begin),
                Anchor = AnchorOf(begin),
            }
        );
    }

    private YamlNode ReadMapping(MappingStart begin)
    {
        var entries = new List<YamlEntry>();
        while (!_parser.Accept<MappingEnd>(out _))
        {
            var mark = _parser.Current!;
            var key = ReadNode();
            if (key.Resolved.Kind != YamlNodeKind.Scalar)
                throw new SemanticErrorException(mark.Start, mark.End, "a key is a list or a mapping");
            mark = _parser.Current!;
            var entry = new YamlEntry(key, ReadNode());
            if (entry.IsMerge && !CanBeMerged(entry.Value.Resolved))
                throw new SemanticErrorException(mark.Start, mark.End, "a merge key (<<) takes a mapping or a list of mappings");
            entries.Add(entry);
        }

        var close = _parser.Consume<MappingEnd>();
        var start = At(begin.Start);
        var isFlow = begin.Style == MappingStyle.Flow;
        return Remember(
            begin,
            new YamlNode
            {
                Kind = YamlNodeKind.Mapping,
                Start = start,
                ContentStart = ContentStart(begin, start),
                End = isFlow || entries.Count == 0 ? At(close.Start) + 1 : entries[^1].Value.End,
                Entries = entries,
                IsFlow = isFlow,
                Tag = TagOf(begin),
                Anchor = AnchorOf(begin),
            }
        );
    }

    private static bool CanBeMerged(YamlNode source) =>
        source.Kind == YamlNodeKind.Mapping
        || (source.Kind == YamlNodeKind.Sequence && source.Items.All(item => item.Resolved.Kind == YamlNodeKind.Mapping));

    private YamlNode Remember(YamlNodeEvent source, YamlNode node)
    {
        if (!source.Anchor.IsEmpty)
            _anchors[source.Anchor.Value] = node;
        return node;
    }

    private static string? AnchorOf(YamlNodeEvent source) => source.Anchor.IsEmpty ? null : source.Anchor.Value;

    private static string? TagOf(YamlNodeEvent source) => source.Tag.IsEmpty ? null : source.Tag.Value;

    private int ContentStart(YamlNodeEvent source, int start)
    {
        if (source.Anchor.IsEmpty && source.Tag.IsEmpty)
            return start;
        var position = start;
        while (position < _text.Length && _text[position] is '&' or '!')
        {
            while (position < _text.Length && !char.IsWhiteSpace(_text[position]))
                position++;
            while (position < _text.Length && char.IsWhiteSpace(_text[position]))
                position++;
        }

        return position;
    }

    /// <summary>The parser's end is the start of the next token; ours is the end of the last content line.</summary>
    private int BlockScalarEnd(int start, int end)
    {
        end = Math.Min(end, _text.Length);
        var lineStart = TextLines.LineStart(_text, end);
        if (lineStart > start && _text.AsSpan(lineStart, end - lineStart).IsWhiteSpace())
            end = lineStart;
        var header = _text.AsSpan(start, TextLines.LineEnd(_text, start) - start);
        if (header.Contains('+'))
            return TextLines.BeforeLineBreak(_text, end);
        while (end > start && char.IsWhiteSpace(_text[end - 1]))
            end--;
        return end;
    }
}
