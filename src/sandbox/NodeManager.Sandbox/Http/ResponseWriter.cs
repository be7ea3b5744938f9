using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using NodeManager.Sandbox.Api.Requests;

namespace NodeManager.Sandbox.Http;

internal sealed class ResponseWriter(PipeWriter output, ServerLimits limits, TimeProvider clusterTime)
{
    private const int FlushAt = 64 * 1024;

    /// <summary>Sends 100 Continue.</summary>
    public async Task ContinueAsync(CancellationToken cancellationToken)
    {
        output.Write("HTTP/1.1 100 Continue\r\n\r\n"u8);
        await output.FlushAsync(cancellationToken);
    }

    /// <param name="deadline">Started and stopped around each write that may block.</param>
    /// <param name="closed">The client has disconnected.</param>
    public async Task WriteAsync(ApiResponse answer, ResponseShape exchange, WriteDeadline deadline, CancellationToken closed)
    {
        long length = answer.Segments.Sum(static segment => (long)segment.Length);
        bool isCompressed = exchange.AllowsGzip && (answer.Stream is null ? length >= limits.CompressFrom : answer.IsCompressible);
        bool isChunked = answer.Stream is not null || isCompressed;
        WriteHead(answer, exchange, isChunked ? null : length, isCompressed);
        if (exchange.IsHeadOnly)
        {
            await FlushAsync(deadline);
            return;
        }

        if (answer.Stream is { } stream)
            await WriteStreamAsync(isCompressed ? Compress(stream) : stream, deadline, closed);
        else if (isCompressed)
            await WriteCompressedAsync(answer, deadline);
        else
            await WriteSegmentsAsync(answer, deadline);
    }

    private void WriteHead(ApiResponse answer, ResponseShape shape, long? length, bool isCompressed)
    {
        var head = new StringBuilder(256);
        head.Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {answer.StatusCode} {Phrase(answer.StatusCode)}\r\n");
        head.Append(CultureInfo.InvariantCulture, $"Content-Type: {answer.ContentType}\r\nCache-Control: no-cache, private\r\n");
        head.Append(CultureInfo.InvariantCulture, $"Date: {clusterTime.GetUtcNow():r}\r\nX-Content-Type-Options: nosniff\r\n");
        if (length is { } bytes)
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {bytes}\r\n");
        else
            head.Append("Transfer-Encoding: chunked\r\n");
        if (isCompressed)
            head.Append("Content-Encoding: gzip\r\nVary: Accept-Encoding\r\n");
        if (answer.RetryAfterSeconds is { } seconds)
            head.Append(CultureInfo.InvariantCulture, $"Retry-After: {seconds}\r\n");
        if (answer.StatusCode == 401)
            head.Append("WWW-Authenticate: Bearer\r\n");
        foreach (string warning in WarningHeader.Format(answer.Warnings))
            head.Append(CultureInfo.InvariantCulture, $"Warning: {warning}\r\n");
        if (!shape.IsKeptAlive)
            head.Append("Connection: close\r\n");
        head.Append("\r\n");
        output.Write(Encoding.Latin1.GetBytes(head.ToString()));
    }

    private async Task WriteSegmentsAsync(ApiResponse answer, WriteDeadline deadline)
    {
        foreach (ReadOnlyMemory<byte> segment in answer.Segments)
        {
            output.Write(segment.Span);
            if (output.UnflushedBytes >= FlushAt)
                await FlushAsync(deadline);
        }

        await FlushAsync(deadline);
    }

    private async Task WriteCompressedAsync(ApiResponse answer, WriteDeadline deadline)
    {
        // A bounded pipe; parts are sent as they are written.
        var pipe = new Pipe();
        Task writing = CompressAsync(answer, pipe.Writer);
        try
        {
            await WriteChunksAsync(pipe.Reader, deadline);
        }
        finally
        {
            await pipe.Reader.CompleteAsync();
            await writing;
        }
    }

    private static async Task CompressAsync(ApiResponse answer, PipeWriter into)
    {
        Exception? fault = null;
        try
        {
            await using var zip = new GZipStream(into.AsStream(leaveOpen: true), CompressionLevel.Fastest);
            foreach (ReadOnlyMemory<byte> segment in answer.Segments)
                await zip.WriteAsync(segment);
        }
        catch (Exception exception)
        {
            fault = exception;
        }

        await into.CompleteAsync(fault);
    }

    private static Func<PipeWriter, CancellationToken, Task> Compress(Func<PipeWriter, CancellationToken, Task> stream) =>
        async (into, cancellationToken) =>
        {
            await using var zip = new GZipStream(into.AsStream(leaveOpen: true), CompressionLevel.Fastest);
            PipeWriter plain = PipeWriter.Create(zip, new(minimumBufferSize: FlushAt, leaveOpen: true));
            await stream(plain, cancellationToken);
            await plain.CompleteAsync();
        };

    private async Task WriteStreamAsync(Func<PipeWriter, CancellationToken, Task> stream, WriteDeadline deadline, CancellationToken closed)
    {
        var pipe = new Pipe();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(closed);
        Task producing = ProduceAsync(stream, pipe.Writer, ended.Token);
        try
        {
            // The head is sent even if nothing follows for a while.
            await FlushAsync(deadline);
            await WriteChunksAsync(pipe.Reader, deadline);
        }
        finally
        {
            await ended.CancelAsync();
            await pipe.Reader.CompleteAsync();
            await producing;
        }
    }

    private static async Task ProduceAsync(
        Func<PipeWriter, CancellationToken, Task> stream,
        PipeWriter into,
        CancellationToken cancellationToken
    )
    {
        Exception? fault = null;
        try
        {
            await Task.Yield();
            await stream(into, cancellationToken);
        }
        catch (Exception exception)
        {
            // The client gets this part, and the connection ends without completing the response.
            fault = exception;
        }

        await into.CompleteAsync(fault);
    }

    private async Task WriteChunksAsync(PipeReader from, WriteDeadline deadline)
    {
        while (true)
        {
            ReadResult read = await from.ReadAsync();
            if (!read.Buffer.IsEmpty)
            {
                output.Write(Encoding.ASCII.GetBytes(read.Buffer.Length.ToString("x", CultureInfo.InvariantCulture) + "\r\n"));
                foreach (ReadOnlyMemory<byte> segment in read.Buffer)
                    output.Write(segment.Span);
                output.Write("\r\n"u8);
                from.AdvanceTo(read.Buffer.End);
                await FlushAsync(deadline);
            }
            else
            {
                from.AdvanceTo(read.Buffer.End);
            }

            if (!read.IsCompleted)
                continue;
            output.Write("0\r\n\r\n"u8);
            await FlushAsync(deadline);
            return;
        }
    }

    private async Task FlushAsync(WriteDeadline deadline)
    {
        deadline.Begin();
        await output.FlushAsync(deadline.Token);
        deadline.End();
    }

    private static string Phrase(int code) =>
        code switch
        {
            422 => "Unprocessable Entity",
            _ when Enum.IsDefined((HttpStatusCode)code) => ((HttpStatusCode)code).ToString(),
            _ => "Unknown",
        };
}
