using System.Text;

namespace NodeManager.Core.Nodes.Logs;

/// <summary>A line as it was received.</summary>
/// <param name="Time">That of the line before if it has none itself; null if none has one.</param>
internal readonly record struct RawLogLine(string Text, DateTimeOffset? Time, string Source, string Message);

/// <summary>What a kubelet answered to a log query.</summary>
/// <param name="Lines">The last ones that the query asks for.</param>
/// <param name="Total">The number of all lines of the answer.</param>
/// <param name="IsCut">The lines were too large, and the first ones were left out.</param>
/// <param name="IsFile">The kubelet refused options, as the service writes to a file.</param>
internal sealed record NodeLogAnswer(IReadOnlyList<RawLogLine> Lines, long Total, bool IsCut, bool IsFile)
{
    /// <summary>The most that is kept of an answer, in characters.</summary>
    public const int MaximumLength = 4 << 20;

    private const int LongestLine = 64 << 10;

    /// <param name="hasOptions">Only a journal takes options.</param>
    /// <exception cref="NodeManagerException">NodeLogUnavailable: the answer is not a log.</exception>
    public static async ValueTask<NodeLogAnswer> ReadAsync(
        Stream body,
        string? mediaType,
        KubeletPath kubelet,
        NodeLogQuery query,
        bool hasOptions,
        CancellationToken cancellationToken
    )
    {
        if (mediaType == "text/html")
            throw kubelet.Unavailable(
                "the kubelet answered with a list of files.",
                "If a folder was named, name a file. Otherwise the kubelet takes no log queries: it is older than 1.27, or enableSystemLogQuery or the feature gate NodeLogQuery is off."
            );
        Collector lines = new(kubelet, query);
        await foreach (string line in LinesAsync(body, cancellationToken))
            lines.Add(line);
        return lines.ToAnswer(hasOptions);
    }

    private static async IAsyncEnumerable<string> LinesAsync(
        Stream body,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using StreamReader reader = new(body);
        char[] buffer = new char[16 << 10];
        StringBuilder line = new();
        int read;
        while ((read = await reader.ReadAsync(buffer, cancellationToken)) > 0)
        {
            int start = 0;
            while (buffer.AsSpan(start, read - start).IndexOf('\n') is var length and >= 0)
            {
                Append(line, buffer.AsSpan(start, length));
                yield return line.ToString().TrimEnd('\r');
                line.Clear();
                start += length + 1;
            }

            Append(line, buffer.AsSpan(start, read - start));
        }

        if (line.Length > 0)
            yield return line.ToString().TrimEnd('\r');
    }

    private static void Append(StringBuilder line, ReadOnlySpan<char> part) =>
        line.Append(part[..Math.Min(part.Length, LongestLine - line.Length)]);

    private sealed class Collector(KubeletPath kubelet, NodeLogQuery query)
    {
        private readonly LinkedList<RawLogLine> _lines = [];
        private readonly List<string> _first = [];
        private DateTimeOffset? _time;
        private string _source = "";
        private long _total;
        private int _length;
        private bool _isCut;
        private bool _isReversed;

        public void Add(string line)
        {
            if (_total++ < 3)
                _first.Add(line);
            (DateTimeOffset? time, string source, string message) = kubelet.IsWindows
                ? (null, "", line)
                : NodeLogText.Parse(line, kubelet.Now);
            // With a pattern, journalctl returns the last line first.
            _isReversed |= query.Pattern is not null && time < _time;
            (_time, _source) = time is null ? (_time, _source) : (time, source);
            if (NodeLogText.IsOfJournal(line) || _time < query.From || _time > query.To)
                return;
            _lines.AddLast(new RawLogLine(line, _time, _source, message));
            _length += line.Length;
            while (_lines.Count > query.Tail || _length > MaximumLength)
            {
                _isCut |= _lines.Count <= query.Tail;
                LinkedListNode<RawLogLine> oldest = (_isReversed ? _lines.Last : _lines.First)!;
                _length -= oldest.Value.Text.Length;
                _lines.Remove(oldest);
            }
        }

        public NodeLogAnswer ToAnswer(bool hasOptions)
        {
            bool isOfKubelet = _first is ["", var words, ..] && _total <= 3 && NodeLogText.IsOfKubelet(words);
            bool isFile = isOfKubelet && _first[1].StartsWith("options present", StringComparison.Ordinal);
            if (isFile && !query.NeedsJournal)
                return new([], 0, false, true);
            // Each line of a journal has a time, or continues one: everything else is an error message of journalctl.
            bool isOfJournal = hasOptions && !kubelet.IsWindows && _time is null && _lines.Count > 0;
            if (isOfKubelet || isOfJournal)
                throw kubelet.Unavailable(
                    $"the kubelet answered: {string.Join(' ', _first.Where(static line => line.Length > 0))}",
                    isFile
                        ? "The service writes to a file: read it without -Since, -SinceTime, -UntilTime, -Boot and -Pattern."
                        : "Check the name of the service, and whether the node has a journal. -Query also takes the path of a file below /var/log."
                );
            return new(_isReversed ? [.. Reverse()] : [.. _lines], _total, _isCut, false);
        }

        // The lines that continue one stay after it.
        private IEnumerable<RawLogLine> Reverse()
        {
            List<List<RawLogLine>> entries = [];
            foreach (RawLogLine line in _lines)
            {
                if (entries.Count == 0 || line.Text.Length != line.Message.Length)
                    entries.Add([]);
                entries[^1].Add(line);
            }

            entries.Reverse();
            return entries.SelectMany(static entry => entry);
        }
    }
}
