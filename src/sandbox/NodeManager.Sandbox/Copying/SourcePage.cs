using System.Buffers;
using System.Text;
using System.Text.Json;
using NodeManager.Sandbox.Model.Ownership;

namespace NodeManager.Sandbox.Copying;

/// <summary>
/// A page of a list as text, which needs far less memory than documents; objects are parsed on demand. Supports concurrent reads.
/// </summary>
internal sealed class SourcePage
{
    public const int UidLength = 36;

    private const int FirstSize = 16 * 1024;

    private readonly PageScan _scan = new();
    private byte[] _bytes = new byte[FirstSize];

    private SourcePage() { }

    public int Count => _scan.Items.Count;

    /// <summary>Empty on the last page.</summary>
    public string Continue => _scan.Continue;

    /// <summary>UIDs of objects and owners.</summary>
    public IEnumerable<string> Uids => _scan.Uids.Select(at => Encoding.UTF8.GetString(_bytes, at, UidLength));

    /// <exception cref="JsonException">Invalid or truncated JSON.</exception>
    public static async ValueTask<SourcePage> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        var page = new SourcePage();
        int length = 0,
            read;
        do
        {
            if (length == page._bytes.Length)
                Array.Resize(ref page._bytes, length * 2);
            read = await body.ReadAsync(page._bytes.AsMemory(length), cancellationToken);
            length += read;
            page._scan.Read(page._bytes.AsSpan(0, length), isEnd: read == 0);
        } while (read > 0);
        return page;
    }

    /// <summary>Replaces texts with the length of a UID by others of the same length.</summary>
    /// <param name="replace">Overwrites the text, or keeps it.</param>
    public void Replace(Action<Span<byte>> replace)
    {
        foreach (int at in _scan.Texts)
            replace(_bytes.AsSpan(at, UidLength));
    }

    /// <summary>Without managedFields; see <see cref="ReadOwners"/>.</summary>
    public JsonObject ReadDocument(int index)
    {
        ((int start, int length), (int fields, int fieldsLength)) = _scan.Items[index];
        if (fieldsLength == 0)
            return Parse(_bytes.AsSpan(start, length));

        // managedFields are half of many objects.
        byte[] rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            Span<byte> rest = rented;
            _bytes.AsSpan(start, fields - start).CopyTo(rest);
            "[]"u8.CopyTo(rest[(fields - start)..]);
            int end = fields + fieldsLength,
                tail = start + length - end,
                kept = fields - start + 2;
            _bytes.AsSpan(end, tail).CopyTo(rest[kept..]);
            return Parse(rest[..(kept + tail)]);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    public ManagedFields ReadOwners(int index)
    {
        (int start, int length) = _scan.Items[index].Fields;
        return length == 0 ? ManagedFields.None : ManagedFields.Read(_bytes.AsSpan(start, length)) ?? ManagedFields.None;
    }

    private static JsonObject Parse(ReadOnlySpan<byte> json) => JsonNode.Parse(json, documentOptions: DocumentDepth.Options)!.AsObject();
}
