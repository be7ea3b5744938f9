using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Transport;

namespace NodeManager.Kubernetes.Watching;

/// <summary>Cuts the body of a watch into lines, without copying what arrived whole.</summary>
internal static class WatchLineReader
{
    // Of one object; etcd takes 1.5 MiB unless told otherwise.
    private const long LongestLine = 32L << 20;

    private static readonly StreamPipeReaderOptions Options = new(bufferSize: 64 * 1024, leaveOpen: true);

    /// <param name="body">The answer.</param>
    /// <param name="item">Reads an object.</param>
    /// <param name="gather">Asked after lines that were waited for: lets more of them come together before the next are read. Null: never.</param>
    /// <param name="cancellationToken">Stops it.</param>
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
                // What is there already is read on without a pause.
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
