using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Kubernetes.Watching;

/// <summary>Cuts the body of a watch into lines, without copying what arrived whole.</summary>
internal static class WatchLineReader
{
    private static readonly StreamPipeReaderOptions Options = new(bufferSize: 64 * 1024, leaveOpen: true);

    public static async IAsyncEnumerable<WatchLine<T>> ReadAsync<T>(
        Stream body, JsonTypeInfo<T> item, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : KubernetesObject
    {
        PipeReader pipe = PipeReader.Create(body, Options);
        try
        {
            while (true)
            {
                ReadResult read = await pipe.ReadAsync(cancellationToken);
                ReadOnlySequence<byte> rest = read.Buffer;
                while (rest.PositionOf((byte)'\n') is { } end)
                {
                    ReadOnlySequence<byte> line = rest.Slice(0, end);
                    rest = rest.Slice(rest.GetPosition(1, end));
                    if (!line.IsEmpty) yield return WatchLine<T>.Parse(line, item);
                }

                pipe.AdvanceTo(rest.Start, rest.End);
                if (!read.IsCompleted) continue;
                if (!rest.IsEmpty) throw new IOException("The watch ended within a line.");
                yield break;
            }
        }
        finally
        {
            await pipe.CompleteAsync();
        }
    }
}
