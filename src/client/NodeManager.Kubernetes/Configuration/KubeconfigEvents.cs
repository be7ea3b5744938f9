using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace NodeManager.Kubernetes.Configuration;

/// <summary>
/// The first document of a file, parsed as by kubectl: the last of duplicate keys wins. Input that would exhaust stack or memory is
/// refused, because a file may come from another person.
/// </summary>
internal sealed class KubeconfigEvents : IParser
{
    private const int MaximumDepth = 100;

    private readonly List<ParsingEvent?> _events = [];
    private readonly Stack<Frame> _open = new();
    private int _position = -1;

    /// <exception cref="YamlException">Not valid YAML, too deep, or recursive.</exception>
    public KubeconfigEvents(IParser parser)
    {
        while (parser.MoveNext())
        {
            Add(parser.Current!);
            if (parser.Current is not DocumentEnd)
                continue;
            Add(new StreamEnd());
            return;
        }
    }

    /// <summary>Dropped duplicate keys with their positions.</summary>
    public List<(string Key, Mark Place)> Duplicates { get; } = [];

    public ParsingEvent? Current { get; private set; }

    public bool MoveNext()
    {
        do _position++;
        while (_position < _events.Count && _events[_position] is null);
        Current = _position < _events.Count ? _events[_position] : null;
        return Current is not null;
    }

    private void Add(ParsingEvent parsed)
    {
        _events.Add(parsed);
        switch (parsed)
        {
            case MappingStart or SequenceStart:
                if (_open.Count == MaximumDepth)
                    throw new YamlException(parsed.Start, parsed.End, "it is nested too deeply");
                _open.Push(new(parsed is MappingStart, ((YamlDotNet.Core.Events.NodeEvent)parsed).Anchor, _events.Count - 1));
                break;
            case MappingEnd or SequenceEnd:
                Complete(_open.Pop().Start, null);
                break;
            case AnchorAlias alias:
                if (_open.Any(frame => frame.Anchor == alias.Value))
                    throw new YamlException(parsed.Start, parsed.End, "it contains itself");
                Complete(_events.Count - 1, null);
                break;
            case Scalar scalar:
                Complete(_events.Count - 1, scalar);
                break;
        }
    }

    /// <summary>Called after a key, a value or an item.</summary>
    private void Complete(int start, Scalar? scalar)
    {
        if (!_open.TryPeek(out Frame? frame) || !frame.IsMapping)
            return;
        frame.IsAtValue = !frame.IsAtValue;
        if (frame.IsAtValue)
        {
            frame.Key = scalar?.Value;
            frame.KeyStart = start;
            return;
        }

        if (frame.Key is not { } key)
            return;
        if (frame.Pairs.TryGetValue(key, out (int Start, int End) former))
        {
            Duplicates.Add((key, _events[frame.KeyStart]!.Start));
            for (int i = former.Start; i < former.End; i++)
                _events[i] = null;
        }

        frame.Pairs[key] = (frame.KeyStart, _events.Count);
    }

    private sealed class Frame(bool isMapping, AnchorName anchor, int start)
    {
        public bool IsMapping => isMapping;

        public AnchorName Anchor => anchor;

        public int Start => start;

        public Dictionary<string, (int Start, int End)> Pairs { get; } = [];

        public bool IsAtValue { get; set; }

        public string? Key { get; set; }

        public int KeyStart { get; set; }
    }
}
