using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;

namespace NodeManager.Sandbox.Http;

/// <summary>Reads requests of a connection; pipelined bytes are kept.</summary>
internal sealed class RequestReader(PipeReader input, ServerLimits limits)
{
    private const int LongestChunkLine = 256;

    /// <summary>Waits for the first byte of a request. False at the end.</summary>
    public async Task<bool> WaitAsync(CancellationToken cancellationToken)
    {
        ReadResult read = await input.ReadAsync(cancellationToken);
        bool isThere = !read.Buffer.IsEmpty;
        input.AdvanceTo(read.Buffer.Start);
        return isThere;
    }

    /// <exception cref="HttpRefusal">Malformed or too large.</exception>
    /// <exception cref="EndOfStreamException">The connection ended within the request.</exception>
    public async Task<RequestHead> ReadHeadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult read = await input.ReadAsync(cancellationToken);
            ReadOnlySequence<byte> buffer = read.Buffer;
            if (TryTakeHead(ref buffer, out byte[]? head))
            {
                input.AdvanceTo(buffer.Start);
                if (head.Length > limits.HeadBytes)
                    throw HttpRefusal.HeadTooLarge();
                return RequestHeadParser.Parse(head, limits.Headers);
            }

            bool isTooLarge = buffer.Length > limits.HeadBytes;
            input.AdvanceTo(buffer.Start, buffer.End);
            if (isTooLarge)
                throw HttpRefusal.HeadTooLarge();
            if (read.IsCompleted)
                throw new EndOfStreamException();
        }
    }

    public async Task<byte[]> ReadBodyAsync(RequestHead head, CancellationToken cancellationToken)
    {
        if (head.ContentLength is 0)
            return [];
        if (head.ContentLength > limits.BodyBytes)
            throw HttpRefusal.BodyTooLarge(limits.BodyBytes);
        using var body = new MemoryStream();
        if (head.ContentLength is { } length)
        {
            await TakeAsync(length, body, cancellationToken);
            return body.ToArray();
        }

        while (await ReadChunkSizeAsync(cancellationToken) is > 0 and var size)
        {
            if (body.Length + size > limits.BodyBytes)
                throw HttpRefusal.BodyTooLarge(limits.BodyBytes);
            await TakeAsync(size, body, cancellationToken);
            if (await ReadLineAsync(cancellationToken) is not "")
                throw HttpRefusal.Malformed("a chunk is longer than it says");
        }

        // Trailers are ignored.
        for (int i = 0; await ReadLineAsync(cancellationToken) is not ""; i++)
            if (i == limits.Headers)
                throw HttpRefusal.HeadTooLarge();
        return body.ToArray();
    }

    /// <summary>Reads and drops all remaining bytes, and returns their number.</summary>
    public async Task<long> DiscardAsync(CancellationToken cancellationToken)
    {
        long count = 0;
        while (true)
        {
            ReadResult read = await input.ReadAsync(cancellationToken);
            count += read.Buffer.Length;
            input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                return count;
        }
    }

    private static bool TryTakeHead(ref ReadOnlySequence<byte> buffer, out byte[] head)
    {
        head = [];
        var reader = new SequenceReader<byte>(buffer);

        // Empty lines before a request are ignored, as HTTP recommends.
        while (reader.IsNext("\r\n"u8, advancePast: true)) { }

        buffer = buffer.Slice(reader.Position);
        if (!reader.TryReadTo(out ReadOnlySequence<byte> found, "\r\n\r\n"u8))
            return false;
        head = found.ToArray();
        buffer = buffer.Slice(reader.Position);
        return true;
    }

    private async Task TakeAsync(long count, MemoryStream into, CancellationToken cancellationToken)
    {
        while (count > 0)
        {
            ReadResult read = await input.ReadAsync(cancellationToken);
            ReadOnlySequence<byte> part = read.Buffer.Slice(0, Math.Min(count, read.Buffer.Length));
            foreach (ReadOnlyMemory<byte> segment in part)
                into.Write(segment.Span);
            count -= part.Length;
            input.AdvanceTo(part.End);
            if (count > 0 && read.IsCompleted)
                throw new EndOfStreamException();
        }
    }

    private async Task<long> ReadChunkSizeAsync(CancellationToken cancellationToken)
    {
        string size = (await ReadLineAsync(cancellationToken)).Split(';')[0].TrimEnd();
        return
            size.Length is > 0 and < 9 && long.TryParse(size, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long number)
            ? number
            : throw HttpRefusal.Malformed("a chunk says no size");
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult read = await input.ReadAsync(cancellationToken);
            if (TryTakeLine(read.Buffer, out string line, out SequencePosition after))
            {
                input.AdvanceTo(after);
                return line.AsSpan().ContainsAny('\r', '\n', '\0')
                    ? throw HttpRefusal.Malformed("a line ends in something other than CR LF")
                    : line;
            }

            bool isTooLong = read.Buffer.Length > LongestChunkLine;
            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (isTooLong)
                throw HttpRefusal.Malformed("a chunk says no size");
            if (read.IsCompleted)
                throw new EndOfStreamException();
        }
    }

    private static bool TryTakeLine(ReadOnlySequence<byte> buffer, out string line, out SequencePosition after)
    {
        var reader = new SequenceReader<byte>(buffer);
        bool isThere = reader.TryReadTo(out ReadOnlySequence<byte> found, "\r\n"u8);
        line = isThere ? Encoding.Latin1.GetString(found) : "";
        after = reader.Position;
        return isThere;
    }
}
