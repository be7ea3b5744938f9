using System.IO.Pipelines;
using System.Net.Security;
using NodeManager.Sandbox.Api.Requests;
using NodeManager.Sandbox.Model.Kinds.Access;

namespace NodeManager.Sandbox.Http;

/// <summary>Serves a connection: reads requests and writes responses in turn.</summary>
internal sealed class HttpConnection(SslStream stream, ApiFront front, ServerLimits limits)
{
    // Per response: a client may end its requests and still read, which looks like a disconnect.
    private static readonly TimeSpan HalfClosed = TimeSpan.FromSeconds(0.5);

    private readonly Pipe _received = new();
    private volatile bool _isHalfClosed;

    /// <summary>Serves until the connection ends. Never throws.</summary>
    public async Task ServeAsync(CancellationToken stopped)
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(stopped);
        Task receiving = ReceiveAsync(gone);
        try
        {
            await AnswerAllAsync(gone, stopped);
        }
        catch (Exception fault)
            when (fault is OperationCanceledException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The client has disconnected or is too slow, or the server stops.
        }
        finally
        {
            await gone.CancelAsync();
            await _received.Reader.CompleteAsync();
            await receiving;
        }
    }

    // Reads ahead up to the limit of the pipe, so that a disconnect is noticed during a response.
    private async Task ReceiveAsync(CancellationTokenSource gone)
    {
        PipeWriter into = _received.Writer;
        try
        {
            while (true)
            {
                int count = await stream.ReadAsync(into.GetMemory(), gone.Token);
                if (count == 0)
                {
                    _isHalfClosed = true;
                    break;
                }

                into.Advance(count);
                if ((await into.FlushAsync(gone.Token)).IsCompleted)
                    break;
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // Treated as the end of the connection.
        }

        await into.CompleteAsync();
        if (_isHalfClosed)
            gone.CancelAfter(HalfClosed);
        else
            await gone.CancelAsync();
    }

    private async Task AnswerAllAsync(CancellationTokenSource gone, CancellationToken stopped)
    {
        var reader = new RequestReader(_received.Reader, limits);
        PipeWriter output = PipeWriter.Create(stream, new(minimumBufferSize: 16 * 1024, leaveOpen: true));
        var writer = new ResponseWriter(output, limits, front.Time);
        using var deadline = new WriteDeadline(limits.Write);
        while (await WithinAsync(limits.Idle, reader.WaitAsync, stopped))
        {
            if (_isHalfClosed)
                gone.CancelAfter(HalfClosed);
            if (await AnswerAsync(reader, writer, deadline, gone.Token, stopped))
                continue;

            // A client that is still sending only sees the response if its bytes are read.
            await stream.ShutdownAsync();
            await WithinAsync(limits.DiscardTimeout, reader.DiscardAsync, stopped);
            return;
        }
    }

    // False to close the connection.
    private async Task<bool> AnswerAsync(
        RequestReader reader,
        ResponseWriter writer,
        WriteDeadline deadline,
        CancellationToken gone,
        CancellationToken stopped
    )
    {
        var shape = default(ResponseShape);
        ApiResponse answer;
        try
        {
            (RequestHead head, UserInfo? user, byte[] body) = await WithinAsync(
                limits.Request,
                token => ReadAsync(reader, writer, token),
                stopped
            );
            shape = ResponseShape.Of(head);
            if (user is null && head.ContentLength is not 0)
                shape = shape with { IsKeptAlive = false };
            answer = user is null ? front.AnswerUnauthenticated(head) : await front.AnswerAsync(head, user, body, gone);
        }
        catch (HttpRefusal refusal)
        {
            answer = refusal.Answer;
        }

        await writer.WriteAsync(answer, shape, deadline, gone);
        return shape.IsKeptAlive;
    }

    private async Task<(RequestHead Head, UserInfo? User, byte[] Body)> ReadAsync(
        RequestReader reader,
        ResponseWriter writer,
        CancellationToken cancellationToken
    )
    {
        RequestHead head = await reader.ReadHeadAsync(cancellationToken);

        // Bodies of unauthenticated requests are not read.
        if (front.Authenticate(head) is not { } user)
            return (head, null, []);
        if (head.WantsContinue && head.ContentLength is not 0 && !(head.ContentLength > limits.BodyBytes))
            await writer.ContinueAsync(cancellationToken);
        return (head, user, await reader.ReadBodyAsync(head, cancellationToken));
    }

    private static async Task<T> WithinAsync<T>(TimeSpan limit, Func<CancellationToken, Task<T>> work, CancellationToken stopped)
    {
        using var late = new CancellationTokenSource(limit, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stopped);
        return await work(either.Token);
    }
}
