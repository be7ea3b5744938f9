using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Sandbox.Model.Documents;
using NodeManager.Sandbox.Model.Ownership;

namespace NodeManager.Sandbox.Copying;

/// <summary>
/// A page of a list, as it arrived: thousands of objects take far less room as text than as documents, so that each becomes one when it is its turn.
/// Objects of a page can be read concurrently.
/// </summary>
internal sealed class SourcePage
{
    /// <summary>Characters of a UID.</summary>
    public const int UidLength = 36;

    private const int FirstSize = 16 * 1024;

    private readonly PageScan _scan = new();
    private byte[] _bytes = new byte[FirstSize];

    private SourcePage() { }

    public int Count => _scan.Items.Count;

    /// <summary>The token of the next page; empty where there is none.</summary>
    public string Continue => _scan.Continue;

    /// <summary>UIDs of the objects, and of their owners.</summary>
    public IEnumerable<string> Uids => _scan.Uids.Select(at => Encoding.UTF8.GetString(_bytes, at, UidLength));

    /// <exception cref="JsonException">It is not JSON, or was cut short.</exception>
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

    /// <summary>Puts other texts of the same length in the place of texts that are as long as a UID.</summary>
    /// <param name="replace">Writes the other one, or leaves it.</param>
    public void Replace(Action<Span<byte>> replace)
    {
        foreach (int at in _scan.Texts)
            replace(_bytes.AsSpan(at, UidLength));
    }

    /// <summary>An object; its managedFields are empty, see <see cref="ReadOwners"/>.</summary>
    public JsonObject ReadDocument(int index)
    {
        ((int start, int length), (int fields, int fieldsLength)) = _scan.Items[index];
        if (fieldsLength == 0)
            return Parse(_bytes.AsSpan(start, length));

        // Half of many an object.
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

    /// <summary>Who owns the fields of an object.</summary>
    public ManagedFields ReadOwners(int index)
    {
        (int start, int length) = _scan.Items[index].Fields;
        return length == 0 ? ManagedFields.None : ManagedFields.Read(_bytes.AsSpan(start, length)) ?? ManagedFields.None;
    }

    private static JsonObject Parse(ReadOnlySpan<byte> json) => JsonNode.Parse(json, documentOptions: DocumentDepth.Options)!.AsObject();
}
