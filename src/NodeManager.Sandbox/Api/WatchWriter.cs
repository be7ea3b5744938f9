using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using NodeManager.Sandbox.Store;

namespace NodeManager.Sandbox.Api;

/// <summary>Writes the events of one watch, a line each.</summary>
internal sealed class WatchWriter(ResourcePath path, ListQuery query, long from, ObjectShaper? shaper)
{
    private const int FlushAt = 32 * 1024;

    private readonly byte[] _opening = ObjectWriter.Opening(path);
    private bool _isFirst = true;

    public static bool IsFull(PipeWriter into) => into.UnflushedBytes >= FlushAt;

    /// <summary>Everything that exists; then, where asked for, the bookmark that says so.</summary>
    public async Task WriteInitialAsync(PipeWriter into, Snapshot snapshot, bool endsWithBookmark, CancellationToken cancellationToken)
    {
        foreach (StoredObject item in snapshot.Objects.Walk(path.Namespace))
        {
            if (!query.Matches(item)) continue;
            WriteEvent(into, "ADDED"u8, item);
            if (IsFull(into)) await into.FlushAsync(cancellationToken);
        }

        if (endsWithBookmark) WriteBookmark(into, snapshot.Version, true);
    }

    /// <summary>False where the change is none of this watch's.</summary>
    public bool Write(PipeWriter into, Change change)
    {
        // A watch may start from a version that is still to come.
        if (change.Version <= from) return false;
        if (path.Namespace is { } ns && change.Object.Namespace != ns) return false;
        bool was = change.Previous is not null && query.Matches(change.Previous);
        bool matches = change.Type != ChangeType.Deleted && query.Matches(change.Object);
        if (matches) WriteEvent(into, was ? "MODIFIED"u8 : "ADDED"u8, change.Object);
        else if (was) WriteEvent(into, "DELETED"u8, change.Previous!.At(change.Version));
        return was || matches;
    }

    public void WriteBookmark(PipeWriter into, long version, bool endsInitial)
    {
        string annotations = endsInitial ? ",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}" : "";
        Write(into, Encoding.UTF8.GetBytes(
            $"{{\"type\":\"BOOKMARK\",\"object\":{{\"kind\":\"{path.Kind.Kind}\",\"apiVersion\":\"{path.ApiVersion}\"," +
            $"\"metadata\":{{\"resourceVersion\":\"{version}\",\"creationTimestamp\":null{annotations}}}}}}}\n"));
    }

    public static void WriteExpired(PipeWriter into, string why)
    {
        Write(into, "{\"type\":\"ERROR\",\"object\":"u8);
        Write(into, ApiResponse.Serialize(ApiErrors.Expired(why).ToStatus()));
        Write(into, "}\n"u8);
    }

    private void WriteEvent(PipeWriter into, ReadOnlySpan<byte> type, StoredObject item)
    {
        Write(into, "{\"type\":\""u8);
        Write(into, type);
        Write(into, "\",\"object\":"u8);
        if (shaper is null)
        {
            Write(into, _opening);
            path.Write(item, into);
        }
        else
        {
            Write(into, ApiResponse.Serialize(shaper.Event(item, _isFirst)));
            _isFirst = false;
        }

        Write(into, "}\n"u8);
    }

    private static void Write(PipeWriter into, ReadOnlySpan<byte> bytes) => ((IBufferWriter<byte>)into).Write(bytes);
}
