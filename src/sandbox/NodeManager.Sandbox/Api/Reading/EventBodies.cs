using System.Buffers;
using NodeManager.Sandbox.Api.Requests;
using NodeManager.Sandbox.Model.Store;

namespace NodeManager.Sandbox.Api.Reading;

/// <summary>
/// The objects of the newest events as they go out: made once, however many watch. A table of fixed size, in which newer ones displace
/// older ones; a watcher that lags behind serializes them again. Thread-safe.
/// </summary>
internal sealed class EventBodies
{
    private const int Size = 256;
    private const int LongestKept = 64 * 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? s_buffer;

    // By version, which is that of one change alone: holding the change itself would keep all that follow it.
    private readonly Body?[] _bodies = new Body?[Size];

    /// <param name="path">At which version of its kind it is watched.</param>
    /// <param name="item">As the change left it, under the change's version.</param>
    /// <param name="hasLeft">True where it is the state before the change: that of what a selector no longer lets through.</param>
    public ReadOnlySpan<byte> Get(ResourcePath path, StoredObject item, bool hasLeft)
    {
        ref Body? slot = ref _bodies[item.Version % Size];
        if (
            Volatile.Read(ref slot) is { } known
            && known.Version == item.Version
            && known.HasLeft == hasLeft
            && known.ApiVersion == path.ApiVersion
        )
            return known.Json;
        ReadOnlySpan<byte> made = Make(path, item);
        if (made.Length > LongestKept)
            return made;
        Body kept = new(item.Version, path.ApiVersion, hasLeft, made.ToArray());
        Volatile.Write(ref slot, kept);
        return kept.Json;
    }

    /// <summary>Good until the thread makes the next one.</summary>
    public static ReadOnlySpan<byte> Make(ResourcePath path, StoredObject item)
    {
        ArrayBufferWriter<byte> buffer = s_buffer ??= new(16 * 1024);
        buffer.ResetWrittenCount();
        buffer.Write(ObjectWriter.Opening(path));
        path.Write(item, buffer);
        return buffer.WrittenSpan;
    }

    private sealed record Body(long Version, string ApiVersion, bool HasLeft, byte[] Json);
}
