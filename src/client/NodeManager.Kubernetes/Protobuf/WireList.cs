using NodeManager.Kubernetes.Models;

namespace NodeManager.Kubernetes.Protobuf;

/// <summary>Streams a list from its <see cref="WireEnvelope"/>.</summary>
internal static class WireList
{
    /// <exception cref="EndOfStreamException">The response was truncated.</exception>
    public static async ValueTask<KubernetesList<T>> ReadAsync<T>(Stream body, WireItem<T> read, CancellationToken cancellationToken)
    {
        using var stream = new WireStream(body);
        if (!(await stream.TakeAsync((ulong)WireEnvelope.Magic.Length, cancellationToken)).Span.SequenceEqual(WireEnvelope.Magic))
            throw WireReader.Malformed();
        var list = new KubernetesList<T>();
        bool isRead = false;
        while (await stream.HasMoreAsync(cancellationToken))
        {
            switch (await stream.ReadVarintAsync(cancellationToken))
            {
                case 1 << 3 | 2:
                    (list.ApiVersion, list.Kind) = WireEnvelope.ReadType(
                        (await stream.TakeAsync(await stream.ReadVarintAsync(cancellationToken), cancellationToken)).Span
                    );
                    break;
                case 2 << 3 | 2:
                    await ReadItemsAsync(stream, list, read, cancellationToken);
                    isRead = true;
                    break;
                case ulong tag:
                    await stream.SkipAsync(tag & 7, cancellationToken);
                    break;
            }
        }

        return isRead ? list : throw new EndOfStreamException("The answer ended before the list.");
    }

    private static async ValueTask ReadItemsAsync<T>(
        WireStream stream,
        KubernetesList<T> list,
        WireItem<T> read,
        CancellationToken cancellationToken
    )
    {
        long length = (long)await stream.ReadVarintAsync(cancellationToken);
        long end = stream.Position + length;
        while (stream.Position < end)
        {
            switch (await stream.ReadVarintAsync(cancellationToken))
            {
                case 1 << 3 | 2:
                    list.Metadata = WireReader.Decode(
                        (await stream.TakeAsync(await stream.ReadVarintAsync(cancellationToken), cancellationToken)).Span,
                        new ListMeta(),
                        MetaWire.ReadList
                    );
                    break;
                case 2 << 3 | 2:
                    list.Items.Add(read((await stream.TakeAsync(await stream.ReadVarintAsync(cancellationToken), cancellationToken)).Span));
                    break;
                case ulong tag:
                    await stream.SkipAsync(tag & 7, cancellationToken);
                    break;
            }
        }
    }
}
