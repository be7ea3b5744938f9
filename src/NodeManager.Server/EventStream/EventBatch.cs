using System.Buffers;
using System.Globalization;
using System.Text;
using NodeManager.Server.Responses;

namespace NodeManager.Server.EventStream;

/// <summary>Events that are sent together: serialized and compressed once for all readers. Immutable.</summary>
internal sealed class EventBatch
{
    private readonly int[] _ends;

    private EventBatch(long from, ReadOnlyMemory<byte> text, int[] ends)
    {
        From = from;
        Text = new(text);
        _ends = ends;
    }

    public long From { get; }

    public long To => From + _ends.Length;

    public int Count => _ends.Length;

    /// <summary>In event stream format.</summary>
    public GzipText Text { get; }

    /// <param name="prefix">The part of the event ids before the position.</param>
    /// <param name="from">The position before the first event.</param>
    /// <param name="events">Names, and data in one line.</param>
    public static EventBatch Of(string prefix, long from, IReadOnlyList<(string Type, string Data)> events)
    {
        var text = new ArrayBufferWriter<byte>();
        int[] ends = new int[events.Count];
        for (int i = 0; i < ends.Length; i++)
        {
            Encoding.UTF8.GetBytes(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"event: {events[i].Type}\ndata: {events[i].Data}\nid: {prefix}{from + i + 1}\n\n"
                ),
                text
            );
            ends[i] = text.WrittenCount;
        }

        return new(from, text.WrittenSpan.ToArray(), ends);
    }

    public EventBatch After(long position)
    {
        int read = (int)(position - From),
            start = _ends[read - 1];
        return new(position, Text.Text[start..], [.. _ends.Skip(read).Select(end => end - start)]);
    }
}
