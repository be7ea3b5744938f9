using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using NodeManager.Sandbox.Model.Documents;

namespace NodeManager.Sandbox.Copying;

/// <summary>
/// New UIDs for copied objects: a copy is never taken for its original, and whatever names an object by its UID (owners, claims of volumes,
/// labels of jobs) names the copy. The same seed gives the same ones.
/// </summary>
internal sealed class CopiedIdentities(int seed, IEnumerable<JsonObject> documents)
{
    private readonly HashSet<string> _known = [.. documents.Select(document => document.Object("metadata").Text("uid") ?? "").Where(uid => uid.Length > 0)];

    /// <summary>Replaces all UIDs of copied objects in a document, and those of owners that were not copied.</summary>
    public void Replace(JsonObject document)
    {
        foreach (JsonObject owner in (document.Object("metadata").Array("ownerReferences") ?? []).OfType<JsonObject>())
            if (owner.Text("uid") is { } uid) _known.Add(uid);
        Walk(document);
    }

    private string Of(string uid)
    {
        byte[] bytes = SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}/{uid}"))[..16];
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
            foreach (string key in members.Select(static member => member.Key).ToArray())
                if (members[key] is JsonValue value && IsKnown(value, out string uid)) members[key] = Of(uid);
                else if (members[key] is { } member) Walk(member);
        }
    }

    private bool IsKnown(JsonValue value, out string uid)
    {
        uid = value.TryGetValue(out string? text) && text.Length == 36 ? text : "";
        return uid.Length > 0 && _known.Contains(uid);
    }
}
