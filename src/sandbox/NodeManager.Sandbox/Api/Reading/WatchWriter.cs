using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using NodeManager.Sandbox.Api.Requests;
using NodeManager.Sandbox.Model.Kinds.Errors;

namespace NodeManager.Sandbox.Api.Reading;

/// <summary>Writes events of a watch as lines.</summary>
internal sealed class WatchWriter(ResourcePath path, ListQuery query, long from, ObjectShaper? shaper, EventBodies bodies)
{
    private const int FlushAt = 32 * 1024;

    private bool _isFirst = true;

    /// <summary>Writes existing objects, then the bookmark if requested.</summary>
    /// <returns>False after the end of the watch: the client disconnected, or was too slow.</returns>
    public async Task<bool> WriteInitialAsync(
        PipeWriter into,
        Snapshot snapshot,
        ChangeCursor cursor,
        bool endsWithBookmark,
        CancellationToken cancellationToken
    )
    {
        foreach (StoredObject item in snapshot.Objects.Walk(path.Namespace))
        {
            if (!query.Matches(item))
                continue;
            WriteEvent(into, "ADDED"u8, item);
            if (IsFull(into) && !await FlushAsync(into, cursor, cancellationToken))
                return false;
        }

        if (endsWithBookmark)
            WriteBookmark(into, snapshot.Version, true);
        return true;
    }

    /// <summary>Writes all pending changes.</summary>
    /// <returns>False after the end of the watch: the client disconnected, or was too slow.</returns>
    public async Task<bool> WriteRestAsync(PipeWriter into, ChangeCursor cursor, CancellationToken cancellationToken)
    {
        do
        {
            WritePart(into, cursor);
            if (!await FlushAsync(into, cursor, cancellationToken))
                return false;
        } while (!cursor.IsAtEnd);
        return true;
    }

    // Retains no changes while waiting for the client.
    private void WritePart(PipeWriter into, ChangeCursor cursor)
    {
        while (!IsFull(into) && cursor.TryRead(out Change? change))
            Write(into, change);
    }

    private static async ValueTask<bool> FlushAsync(PipeWriter into, ChangeCursor cursor, CancellationToken cancellationToken)
    {
        // A slow watch is closed without an event, as in a real server: a watch from its last version gets 410.
        return !(await into.FlushAsync(cancellationToken)).IsCompleted && !cursor.IsExpired;
    }

    private static bool IsFull(PipeWriter into) => into.UnflushedBytes >= FlushAt;

    private void Write(PipeWriter into, Change change)
    {
        // A watch may start from a future version.
        if (change.Version <= from)
            return;
        if (path.Namespace is { } ns && change.Object.Namespace != ns)
            return;
        bool was = change.Previous is not null && query.Matches(change.Previous);
        bool matches = change.Type != ChangeType.Deleted && query.Matches(change.Object);
        if (matches)
            WriteChange(into, was ? "MODIFIED"u8 : "ADDED"u8, change);
        else if (was)
            WriteChange(into, "DELETED"u8, change);
    }

    public void WriteBookmark(PipeWriter into, long version, bool endsInitial)
    {
        string annotations = endsInitial ? ",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}" : "";
        Write(
            into,
            Encoding.UTF8.GetBytes(
                $"{{\"type\":\"BOOKMARK\",\"object\":{{\"kind\":\"{path.Kind.Kind}\",\"apiVersion\":\"{path.ApiVersion}\","
                    + $"\"metadata\":{{\"resourceVersion\":\"{version}\",\"creationTimestamp\":null{annotations}}}}}}}\n"
            )
        );
    }

    public static void WriteExpired(PipeWriter into, string why)
    {
        Write(into, "{\"type\":\"ERROR\",\"object\":"u8);
        Write(into, ApiResponse.Serialize(StatusErrors.Expired(why).ToStatus()));
        Write(into, "}\n"u8);
    }

    // The object of an event is the same for all unfiltered watches of the kind.
    private void WriteChange(PipeWriter into, ReadOnlySpan<byte> type, Change change)
    {
        bool hasLeft = change.Type != ChangeType.Deleted && type.SequenceEqual("DELETED"u8);
        StoredObject item = hasLeft ? change.Previous!.At(change.Version) : change.Object;
        if (shaper is not null)
            WriteEvent(into, type, item);
        else
            WriteEvent(into, type, bodies.Get(path, item, hasLeft));
    }

    private void WriteEvent(PipeWriter into, ReadOnlySpan<byte> type, StoredObject item)
    {
        if (shaper is null)
        {
            WriteEvent(into, type, EventBodies.Make(path, item));
            return;
        }

        WriteEvent(into, type, ApiResponse.Serialize(shaper.Event(item, _isFirst)));
        _isFirst = false;
    }

    private static void WriteEvent(PipeWriter into, ReadOnlySpan<byte> type, ReadOnlySpan<byte> body)
    {
        Write(into, "{\"type\":\""u8);
        Write(into, type);
        Write(into, "\",\"object\":"u8);
        Write(into, body);
        Write(into, "}\n"u8);
    }

    private static void Write(PipeWriter into, ReadOnlySpan<byte> bytes) => ((IBufferWriter<byte>)into).Write(bytes);
}
