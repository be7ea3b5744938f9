using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Transport;

namespace NodeManager.Kubernetes.Watching;

/// <summary>Splits the body of a watch into lines without copying complete buffers.</summary>
internal static class WatchLineReader
{
    /// <summary>Of one object, in bytes; etcd's default limit is 1.5 MiB.</summary>
    public const long LongestLine = 32L << 20;

    private static readonly StreamPipeReaderOptions Options = new(bufferSize: 64 * 1024, leaveOpen: true);

    /// <param name="gather">Called after a wait for data: delays the next read, so that more lines accumulate. Null: never.</param>
    public static async IAsyncEnumerable<WatchLine<T>> ReadAsync<T>(
        Stream body,
        JsonTypeInfo<T> item,
        Func<Task>? gather,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
        where T : KubernetesObject
    {
        PipeReader pipe = PipeReader.Create(body, Options);
        try
        {
            while (true)
            {
                ValueTask<ReadResult> reading = pipe.ReadAsync(cancellationToken);
                // Buffered data is read without a delay.
                bool hasWaited = !reading.IsCompleted;
                ReadResult read = await reading;
                ReadOnlySequence<byte> rest = read.Buffer;
                while (rest.PositionOf((byte)'\n') is { } end)
                {
                    ReadOnlySequence<byte> line = rest.Slice(0, end);
                    rest = rest.Slice(rest.GetPosition(1, end));
                    if (!line.IsEmpty)
                        yield return WatchLine<T>.Parse(line, item);
                }

                if (rest.Length > LongestLine)
                    throw new AnswerTooLargeException(LongestLine);
                pipe.AdvanceTo(rest.Start, rest.End);
                if (!read.IsCompleted)
                {
                    if (hasWaited && gather is not null)
                        await gather();
                    continue;
                }

                if (!rest.IsEmpty)
                    throw new IOException("The watch ended within a line.");
                yield break;
            }
        }
        finally
        {
            await pipe.CompleteAsync();
        }
    }
}
