using System.Buffers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Kubernetes.Streaming;

/// <summary>
/// A program in a container, over a WebSocket. The first byte of each message is its channel. Source: the subprotocols of
/// k8s.io/apimachinery/pkg/util/remotecommand.
/// </summary>
public sealed class ExecConnection : IAsyncDisposable
{
    /// <summary>The preferred one first. Kubernetes has version 5 from 1.29 on.</summary>
    public static readonly IReadOnlyList<string> Protocols = [ClosesInput, "v4.channel.k8s.io"];

    private const string ClosesInput = "v5.channel.k8s.io";

    private const byte Input = 0;
    private const byte Output = 1;
    private const byte ErrorOutput = 2;
    private const byte Outcome = 3;
    private const byte Size = 4;
    private const byte Close = 255;
    private const int LargestStatus = 64 * 1024;

    // The server has closed already, or the connection is lost.
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(1);

    private readonly WebSocket _socket;
    private readonly SemaphoreSlim _sending = new(1);

    internal ExecConnection(WebSocket socket) => _socket = socket;

    /// <summary>The subprotocol that the server chose.</summary>
    public string Protocol => _socket.SubProtocol ?? "";

    public Task WriteAsync(ReadOnlyMemory<byte> input, CancellationToken cancellationToken) => SendAsync(Input, input, cancellationToken);

    /// <summary>Ends the input of the program.</summary>
    /// <returns>False: only version 5 can, and the end of the connection is the end of the input.</returns>
    public async Task<bool> CloseInputAsync(CancellationToken cancellationToken)
    {
        if (Protocol != ClosesInput)
            return false;
        await SendAsync(Close, new byte[] { Input }, cancellationToken);
        return true;
    }

    /// <param name="width">In characters.</param>
    /// <param name="height">In lines.</param>
    public Task ResizeAsync(int width, int height, CancellationToken cancellationToken) =>
        SendAsync(Size, Encoding.UTF8.GetBytes($$"""{"Width":{{width}},"Height":{{height}}}"""), cancellationToken);

    /// <summary>Passes on all output until the program ends.</summary>
    /// <returns>Null: the connection ended before the program.</returns>
    /// <exception cref="WebSocketException">The connection was lost.</exception>
    public async Task<ExecResult?> ReadAsync(Action<ReadOnlySpan<byte>> output, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(32 * 1024);
        using MemoryStream status = new();
        int channel = -1;
        try
        {
            while (true)
            {
                ValueWebSocketReceiveResult part = await _socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
                if (part.MessageType == WebSocketMessageType.Close)
                    return ResultOf(status.ToArray());
                ReadOnlyMemory<byte> data = buffer.AsMemory(0, part.Count);
                // A message may come in parts, of which the first one has the channel.
                if (channel < 0 && data.Length > 0)
                {
                    channel = data.Span[0];
                    data = data[1..];
                }

                if (channel is Output or ErrorOutput && data.Length > 0)
                    output(data.Span);
                else if (channel == Outcome && status.Length + data.Length <= LargestStatus)
                    status.Write(data.Span);
                if (part.EndOfMessage)
                    channel = -1;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource limit = new(CloseLimit);
        try
        {
            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token);
        }
        catch (Exception failure) when (failure is WebSocketException or IOException or OperationCanceledException)
        {
            // The connection is lost.
        }
        finally
        {
            _socket.Dispose();
            _sending.Dispose();
        }
    }

    /// <summary>The result that a status states; null if it is not one.</summary>
    internal static ExecResult? ResultOf(byte[] json)
    {
        Status? status;
        try
        {
            status = json.Length == 0 ? null : JsonSerializer.Deserialize(json, KubernetesJson.Default.Status);
        }
        catch (JsonException)
        {
            return null;
        }

        if (status?.Outcome == "Success")
            return new(0, "");
        string? code = status?.Details?.Causes?.Find(static cause => cause.Reason == "ExitCode")?.Message;
        return status is null ? null : new(int.TryParse(code, out int exitCode) ? exitCode : null, status.Message ?? "");
    }

    private async Task SendAsync(byte channel, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        byte[] message = new byte[data.Length + 1];
        message[0] = channel;
        data.CopyTo(message.AsMemory(1));
        await _sending.WaitAsync(cancellationToken);
        try
        {
            await _socket.SendAsync(message, WebSocketMessageType.Binary, true, cancellationToken);
        }
        finally
        {
            _sending.Release();
        }
    }
}
