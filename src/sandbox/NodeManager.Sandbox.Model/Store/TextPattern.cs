using System.Text;

namespace NodeManager.Sandbox.Model.Store;

/// <summary>UTF-8 text with markers that are replaced with other texts. Immutable.</summary>
internal sealed class TextPattern
{
    private readonly List<byte[]> _pieces = [];
    private readonly List<int> _order = [];
    private readonly int _length;

    /// <param name="marks">None is part of another.</param>
    public TextPattern(ReadOnlySpan<byte> model, IReadOnlyList<string> marks)
    {
        byte[][] sought = [.. marks.Select(Encoding.UTF8.GetBytes)];
        while (true)
        {
            int at = -1,
                slot = -1;
            for (int i = 0; i < sought.Length; i++)
                if (model.IndexOf(sought[i]) is >= 0 and var found && (at < 0 || found < at))
                    (at, slot) = (found, i);
            if (slot < 0)
                break;
            _pieces.Add(model[..at].ToArray());
            _order.Add(slot);
            model = model[(at + sought[slot].Length)..];
        }

        _pieces.Add(model.ToArray());
        _length = _pieces.Sum(static piece => piece.Length);
    }

    /// <summary>The length with these ASCII texts.</summary>
    public int Measure(string[] texts)
    {
        int length = _length;
        foreach (int slot in _order)
            length += texts[slot].Length;
        return length;
    }

    public void Write(string[] texts, Span<byte> into)
    {
        for (int i = 0; i < _pieces.Count; i++)
        {
            _pieces[i].CopyTo(into);
            into = into[_pieces[i].Length..];
            if (i < _order.Count)
                into = into[Encoding.ASCII.GetBytes(texts[_order[i]], into)..];
        }
    }
}
