using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Protobuf;
using NodeManager.Kubernetes.Transport;

namespace NodeManager.Kubernetes.Watching;

/// <summary>
/// Reads the body of a watch in Protocol Buffers: frames of a length (four bytes, big-endian) and an event. Source:
/// https://github.com/kubernetes/apimachinery/blob/master/pkg/apis/meta/v1/generated.proto (<c>WatchEvent</c>)
/// </summary>
internal static class WatchFrameReader
{
    private const ulong LengthSize = 4;

    /// <inheritdoc cref="WatchLineReader.ReadAsync"/>
    public static async IAsyncEnumerable<WatchLine<T>> ReadAsync<T>(
        Stream body,
        WireItem<T> item,
        Func<Task>? gather,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
        where T : KubernetesObject
    {
        using var stream = new WireStream(body);
        bool hasWaited = false;
        while (true)
        {
            if (stream.IsEmpty)
            {
                if (hasWaited && gather is not null)
                    await gather();
                ValueTask<bool> reading = stream.HasMoreAsync(cancellationToken);
                // Buffered data is read without a delay.
                hasWaited = !reading.IsCompleted;
                if (!await reading)
                    yield break;
            }

            uint length = BinaryPrimitives.ReadUInt32BigEndian((await stream.TakeAsync(LengthSize, cancellationToken)).Span);
            if (length > WatchLineReader.LongestLine)
                throw new AnswerTooLargeException(WatchLineReader.LongestLine);
            yield return WatchLine<T>.Parse((await stream.TakeAsync(length, cancellationToken)).Span, item);
        }
    }
}
