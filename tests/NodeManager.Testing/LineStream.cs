using System.Text;

namespace NodeManager.Testing;

/// <summary>Gives the lines of another stream, some times each, and breaks after some of them.</summary>
internal sealed class LineStream(Stream inner, int lines, int times, Exception? error) : ReadOnlyStream
{
    private readonly StreamReader _reader = new(inner);
    private ReadOnlyMemory<byte> _rest;
    private int _given;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_rest.IsEmpty)
        {
            if (_given == lines && error is not null)
                throw error;
            if (await _reader.ReadLineAsync(cancellationToken) is not { } line)
                return 0;
            _given++;
            _rest = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(line + "\n", times)));
        }

        int count = Math.Min(buffer.Length, _rest.Length);
        _rest[..count].CopyTo(buffer);
        _rest = _rest[count..];
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _reader.Dispose();
        base.Dispose(disposing);
    }
}
