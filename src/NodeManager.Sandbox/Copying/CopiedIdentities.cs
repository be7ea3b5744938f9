using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Sandbox.Model.Documents;

namespace NodeManager.Sandbox.Copying;

/// <summary>
/// New UIDs for copied objects: a copy is never taken for its original, and whatever names an object by its UID (owners, claims of volumes,
/// labels of jobs) names the copy. The same seed gives the same ones. Thread-safe.
/// </summary>
internal sealed class CopiedIdentities
{
    private const int Length = 36;

    private readonly int _seed;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    /// <param name="seed">Of the copy.</param>
    /// <param name="documents">All that are copied.</param>
    public CopiedIdentities(int seed, IEnumerable<JsonObject> documents)
    {
        _seed = seed;
        foreach (JsonObject? metadata in documents.Select(static document => document.Object("metadata")))
        {
            if (metadata.Text("uid") is { Length: > 0 } own) _known.Add(own);
            foreach (JsonObject owner in (metadata.Array("ownerReferences") ?? []).OfType<JsonObject>())
                if (owner.Text("uid") is { } uid) _known.Add(uid);
        }
    }

    /// <summary>Replaces all UIDs of copied objects in a document, and those of owners that were not copied.</summary>
    public void Replace(JsonObject document) => Walk(document);

    private string Of(string uid)
    {
        byte[] bytes = SHA256.HashData(Encoding.UTF8.GetBytes($"{_seed}/{uid}"))[..16];
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }

    private void Walk(JsonNode node)
    {
        if (node is JsonArray items)
        {
            for (int i = 0; i < items.Count; i++)
                if (items[i] is JsonValue value && IsKnown(value, out string uid)) items[i] = Of(uid);
                else if (items[i] is { } item) Walk(item);
        }
        else if (node is JsonObject members)
        {
            for (int i = 0; i < members.Count; i++)
            {
                JsonNode? member = members.GetAt(i).Value;
                if (member is JsonValue value && IsKnown(value, out string uid)) members.SetAt(i, Of(uid));
                else if (member is not null) Walk(member);
            }
        }
    }

    private bool IsKnown(JsonValue value, out string uid)
    {
        uid = "";
        // Other texts, which are most, are not even read.
        if (value.TryGetValue(out JsonElement read) && (read.ValueKind != JsonValueKind.String || JsonMarshal.GetRawUtf8Value(read).Length != Length + 2)) return false;
        uid = value.TryGetValue(out string? text) && text.Length == Length ? text : "";
        return uid.Length > 0 && _known.Contains(uid);
    }
}
