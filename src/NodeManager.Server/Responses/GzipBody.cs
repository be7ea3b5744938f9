using System.Buffers;
using System.IO.Pipelines;
using Microsoft.Net.Http.Headers;

namespace NodeManager.Server.Responses;

/// <summary>
/// The body of one response from parts that many responses share, compressed if the client accepts gzip. Only for data without secrets and
/// without text of the request: then its length reveals nothing (BREACH).
/// </summary>
internal sealed class GzipBody
{
    private const string Gzip = "gzip";

    // Pending bytes are copied per connection into retained buffers: 500 streams held 100 MB after an event of 400 KB.
    private const int LargestPiece = 8 * 1024;

    private readonly PipeWriter _body;
    private readonly GzipSequence? _sequence;

    // The bytes that were written since the last flush.
    private int _pending;

    /// <summary>Sets the headers.</summary>
    public GzipBody(HttpContext context)
    {
        _body = context.Response.BodyWriter;
        _sequence = Accepts(context.Request) ? new() : null;
        context.Response.Headers.Vary = HeaderNames.AcceptEncoding;
        // Prevents proxies from buffering for compression.
        context.Response.Headers.ContentEncoding = _sequence is null ? "identity" : Gzip;
    }

    /// <summary>Compresses what no response needed before, on all cores; otherwise each part is compressed when its turn comes.</summary>
    public void Prepare(IReadOnlyList<GzipText> parts)
    {
        if (_sequence is not null)
            Parallel.ForEach(parts, static part => _ = part.Compressed);
    }

    public ValueTask BeginAsync(CancellationToken cancellationToken) =>
        _sequence is null ? ValueTask.CompletedTask : SendAsync(GzipSequence.Header, cancellationToken);

    /// <summary>Parts are sent in pieces: the last ones with <see cref="FlushAsync"/> or <see cref="EndAsync"/>.</summary>
    public ValueTask WriteAsync(GzipText part, CancellationToken cancellationToken) =>
        SendAsync(_sequence is null ? part.Text : _sequence.Add(part.Compressed), cancellationToken);

    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_pending == 0)
            return;
        _pending = 0;
        await _body.FlushAsync(cancellationToken);
    }

    public async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        if (_sequence is not null)
            await SendAsync(_sequence.End(), cancellationToken);
        await FlushAsync(cancellationToken);
    }

    private static bool Accepts(HttpRequest request) =>
        request
            .GetTypedHeaders()
            .AcceptEncoding.Any(static one => one.Value.Equals(Gzip, StringComparison.OrdinalIgnoreCase) && one.Quality != 0);

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            ReadOnlyMemory<byte> piece = bytes[..Math.Min(bytes.Length, LargestPiece - _pending)];
            _body.Write(piece.Span);
            _pending += piece.Length;
            bytes = bytes[piece.Length..];
            if (_pending == LargestPiece)
                await FlushAsync(cancellationToken);
        }
    }
}
