using System.Text;

namespace NodeManager.Sandbox.Model.Store;

/// <summary>UTF-8 text with markers that are replaced with other texts. Immutable.</summary>
internal sealed class TextPattern
{
    private readonly ReadOnlyMemory<byte> _model;

    // Where each marker begins, its length, and its number.
    private readonly (int Start, int Length, int Slot)[] _places;
    private readonly int _length;

    /// <param name="model">Not copied.</param>
    /// <param name="marks">UTF-8; none is part of another.</param>
    public TextPattern(ReadOnlyMemory<byte> model, IReadOnlyList<byte[]> marks)
    {
        List<(int Start, int Length, int Slot)> places = [];
        for (int from = 0; ; )
        {
            int at = -1,
                slot = -1;
            for (int i = 0; i < marks.Count; i++)
                if (model.Span[from..].IndexOf(marks[i]) is >= 0 and var found && (at < 0 || found < at))
                    (at, slot) = (found, i);
            if (slot < 0)
                break;
            places.Add((from + at, marks[slot].Length, slot));
            from += at + marks[slot].Length;
        }

        _model = model;
        _places = [.. places];
        _length = model.Length - _places.Sum(static place => place.Length);
    }

    /// <summary>The length with these ASCII texts.</summary>
    public int Measure(string[] texts)
    {
        int length = _length;
        foreach ((_, _, int slot) in _places)
            length += texts[slot].Length;
        return length;
    }

    public void Write(string[] texts, Span<byte> into)
    {
        ReadOnlySpan<byte> model = _model.Span;
        int from = 0;
        foreach ((int start, int length, int slot) in _places)
        {
            model[from..start].CopyTo(into);
            into = into[(start - from)..];
            into = into[Encoding.ASCII.GetBytes(texts[slot], into)..];
            from = start + length;
        }

        model[from..].CopyTo(into);
    }

    /// <summary>Equals what <see cref="Write"/> writes.</summary>
    public bool Is(ReadOnlySpan<byte> written, string[] texts)
    {
        if (written.Length != Measure(texts))
            return false;
        ReadOnlySpan<byte> model = _model.Span;
        int from = 0;
        foreach ((int start, int length, int slot) in _places)
        {
            if (!Starts(ref written, model[from..start]) || !Ascii.Equals(written[..texts[slot].Length], texts[slot]))
                return false;
            written = written[texts[slot].Length..];
            from = start + length;
        }

        return written.SequenceEqual(model[from..]);

        static bool Starts(ref ReadOnlySpan<byte> text, ReadOnlySpan<byte> part)
        {
            bool isSame = text.StartsWith(part);
            text = isSame ? text[part.Length..] : text;
            return isSame;
        }
    }
}
