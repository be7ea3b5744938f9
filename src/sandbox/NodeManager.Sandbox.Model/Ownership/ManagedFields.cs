using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace NodeManager.Sandbox.Model.Ownership;

/// <summary>The owners of an object's fields: <c>metadata.managedFields</c>. Immutable.</summary>
internal sealed class ManagedFields
{
    private readonly ManagedFieldsEntry[] _entries;

    private ManagedFields(ManagedFieldsEntry[] entries) => _entries = entries;

    /// <summary>For an object without ownership tracking.</summary>
    public static ManagedFields None { get; } = new([]);

    public bool IsEmpty => _entries.Length == 0;

    public IReadOnlyList<ManagedFieldsEntry> Entries => _entries;

    /// <summary>Sorted as in the API: appliers first, then by time and name. Empty entries are dropped.</summary>
    public static ManagedFields Of(IEnumerable<ManagedFieldsEntry> entries)
    {
        ManagedFieldsEntry[] kept = [.. entries.Where(static entry => !entry.Fields.IsEmpty)];
        if (kept.Length == 0)
            return None;
        Array.Sort(kept, Compare);
        return new(kept);
    }

    /// <summary>Reads a client's list. An empty list, or one with an empty entry, clears the owners.</summary>
    /// <returns>Null for an invalid list, which is ignored.</returns>
    public static ManagedFields? Read(JsonNode? stated)
    {
        if (stated is not JsonArray list)
            return null;
        var buffer = new ArrayBufferWriter<byte>(2048);
        using (var writer = new Utf8JsonWriter(buffer))
            list.WriteTo(writer);
        return Read(buffer.WrittenSpan);
    }

    /// <inheritdoc cref="Read(JsonNode?)"/>
    public static ManagedFields? Read(ReadOnlySpan<byte> stated)
    {
        // Nested fields have their own depth.
        var reader = new Utf8JsonReader(stated, new() { MaxDepth = DocumentDepth.Limit * 2 });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            return null;
        try
        {
            List<ManagedFieldsEntry> entries = [];
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                // Alone, it means the same as an empty list.
                if (ReadEntry(ref reader) is { } entry)
                    entries.Add(entry);
                else if (entries.Count > 0 || !reader.Read() || reader.TokenType != JsonTokenType.EndArray)
                    return null;
                else
                    return None;
            }

            return Of(entries);
        }
        catch (Exception fault) when (fault is FormatException or InvalidOperationException)
        {
            // A client that sends invalid entries must not lose the owners: the list is ignored.
            return null;
        }
    }

    /// <summary>Equal except for times.</summary>
    public bool SameOwners(ManagedFields other) =>
        ReferenceEquals(this, other)
        || (
            _entries.Length == other._entries.Length
            && _entries.All(mine =>
                other._entries.Any(its =>
                    mine.Identity == its.Identity && mine.ApiVersion == its.ApiVersion && mine.Fields.Equals(its.Fields)
                )
            )
        );

    public void WriteTo(IBufferWriter<byte> into)
    {
        into.Write("["u8);
        for (int i = 0; i < _entries.Length; i++)
        {
            ManagedFieldsEntry entry = _entries[i];
            into.Write(i == 0 ? "{\"manager\":"u8 : ",{\"manager\":"u8);
            WriteText(entry.Manager, into);
            into.Write(entry.IsApplied ? ",\"operation\":\"Apply\",\"apiVersion\":"u8 : ",\"operation\":\"Update\",\"apiVersion\":"u8);
            WriteText(entry.ApiVersion, into);
            if (entry.Time is { } time)
            {
                into.Write(",\"time\":"u8);
                WriteText(time, into);
            }

            into.Write(",\"fieldsType\":\"FieldsV1\",\"fieldsV1\":"u8);
            FieldSetJson.Write(entry.Fields, into);
            if (entry.Subresource.Length > 0)
            {
                into.Write(",\"subresource\":"u8);
                WriteText(entry.Subresource, into);
            }

            into.Write("}"u8);
        }

        into.Write("]"u8);
    }

    public JsonArray ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>(2048);
        WriteTo(buffer);
        return JsonNode.Parse(buffer.WrittenSpan, documentOptions: DocumentDepth.Options)!.AsArray();
    }

    private static int Compare(ManagedFieldsEntry left, ManagedFieldsEntry right)
    {
        int order = string.CompareOrdinal(left.Operation, right.Operation);
        if (order == 0)
            order = string.CompareOrdinal(left.Time ?? "", right.Time ?? "");
        if (order == 0)
            order = string.CompareOrdinal(left.Manager, right.Manager);
        if (order == 0)
            order = string.CompareOrdinal(left.ApiVersion, right.ApiVersion);
        return order != 0 ? order : string.CompareOrdinal(left.Subresource, right.Subresource);
    }

    // Null for an empty entry.
    private static ManagedFieldsEntry? ReadEntry(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new FormatException("expected an object");
        (string manager, string operation, string version, string subresource) = ("", "", "", "");
        (string? time, FieldSet? fields, bool isEmpty) = (null, null, true);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            isEmpty = false;
            if (reader.ValueTextEquals("manager"u8))
                manager = ReadText(ref reader) ?? "";
            else if (reader.ValueTextEquals("operation"u8))
                operation = ReadText(ref reader) ?? "";
            else if (reader.ValueTextEquals("apiVersion"u8))
                version = ReadText(ref reader) ?? "";
            else if (reader.ValueTextEquals("subresource"u8))
                subresource = ReadText(ref reader) ?? "";
            else if (reader.ValueTextEquals("time"u8))
                time = ReadText(ref reader);
            else if (reader.ValueTextEquals("fieldsV1"u8) && reader.Read())
                fields = FieldSetJson.Read(ref reader);
            else
                reader.Skip();
        }

        if (isEmpty)
            return null;
        if (operation is not (ManagedFieldsEntry.Apply or ManagedFieldsEntry.Update))
            throw new FormatException("operation");
        return new(manager, operation, version, subresource, time, fields ?? throw new FormatException("fieldsV1"));
    }

    // Interned: thousands of objects repeat a few texts.
    private static string? ReadText(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            return SharedTexts.Get(reader.GetString()!);
        reader.Skip();
        return null;
    }

    private static void WriteText(string text, IBufferWriter<byte> into)
    {
        JsonEncodedText encoded = JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
        into.Write("\""u8);
        into.Write(encoded.EncodedUtf8Bytes);
        into.Write("\""u8);
    }
}
