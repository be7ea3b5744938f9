using System.Buffers;
using NodeManager.Sandbox.Api.Requests;

namespace NodeManager.Sandbox.Api.Reading;

/// <summary>
/// Caches serialized objects of recent events for all watchers. A fixed-size table; slow watchers serialize again. Thread-safe.
/// </summary>
internal sealed class EventBodies
{
    private const int Size = 256;
    private const int MaximumCachedBytes = 64 * 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? s_buffer;

    // Keyed by version, which is unique to a change; a reference to the change would retain all later ones.
    private readonly Body?[] _bodies = new Body?[Size];

    /// <param name="item">The state after the change, with its version.</param>
    /// <param name="hasLeft">True for the state before the change: a selector no longer matches.</param>
    public ReadOnlySpan<byte> Get(ResourcePath path, StoredObject item, bool hasLeft)
    {
        ref Body? slot = ref _bodies[item.Version % Size];
        if (
            Volatile.Read(ref slot) is { } known
            && known.Version == item.Version
            && known.IsFormerState == hasLeft
            && known.ApiVersion == path.ApiVersion
        )
            return known.Json;
        ReadOnlySpan<byte> body = Make(path, item);
        if (body.Length > MaximumCachedBytes)
            return body;
        Body kept = new(item.Version, path.ApiVersion, hasLeft, body.ToArray());
        Volatile.Write(ref slot, kept);
        return kept.Json;
    }

    /// <summary>Valid until the next call on this thread.</summary>
    public static ReadOnlySpan<byte> Make(ResourcePath path, StoredObject item)
    {
        ArrayBufferWriter<byte> buffer = s_buffer ??= new(16 * 1024);
        buffer.ResetWrittenCount();
        buffer.Write(ObjectWriter.Opening(path));
        path.Write(item, buffer);
        return buffer.WrittenSpan;
    }

    private sealed record Body(long Version, string ApiVersion, bool IsFormerState, byte[] Json);
}
