using System.Text.Json;

namespace NodeManager.Sandbox.Copying;

/// <summary>Finds objects and possible UIDs in a JSON list that arrives in parts, in a single pass.</summary>
internal sealed class PageScan
{
    // Nesting levels: members of the list, its metadata, an item, its metadata, an owner.
    private const int OfList = 1,
        OfListMetadata = 2,
        OfItem = 3,
        OfMetadata = 4,
        OfOwner = 6;

    private readonly Member[] _members = new Member[OfOwner + 1];
    private JsonReaderState _state = new(new() { MaxDepth = DocumentDepth.Limit });
    private int _read;
    private int _item;
    private (int Start, int Length) _fields;

    private enum Member
    {
        Other,
        Continue,
        Items,
        ManagedFields,
        Metadata,
        Owners,
        Uid,
    }

    /// <summary>The positions of objects and their managedFields, whose length is 0 if missing.</summary>
    public List<((int Start, int Length) Whole, (int Start, int Length) Fields)> Items { get; } = [];

    /// <summary>The positions of texts with the length of a UID.</summary>
    public List<int> Texts { get; } = [];

    /// <summary>The positions of the UIDs of objects and owners.</summary>
    public List<int> Uids { get; } = [];

    /// <summary>Empty on the last page.</summary>
    public string Continue { get; private set; } = "";

    /// <param name="json">All bytes so far.</param>
    /// <param name="isEnd">No more bytes follow.</param>
    /// <exception cref="JsonException">Invalid or truncated JSON.</exception>
    public void Read(ReadOnlySpan<byte> json, bool isEnd)
    {
        var reader = new Utf8JsonReader(json[_read..], isEnd, _state);
        while (reader.Read())
            RecordPosition(ref reader);
        _read += (int)reader.BytesConsumed;
        _state = reader.CurrentState;
    }

    private void RecordPosition(ref Utf8JsonReader reader)
    {
        int depth = reader.CurrentDepth;
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName when depth <= OfOwner:
                _members[depth] = Name(ref reader, depth);
                break;
            case JsonTokenType.StartObject when depth == OfListMetadata && _members[OfList] == Member.Items:
                (_item, _fields) = (_read + (int)reader.TokenStartIndex, default);
                break;
            case JsonTokenType.EndObject when depth == OfListMetadata && _members[OfList] == Member.Items:
                Items.Add(((_item, _read + (int)reader.BytesConsumed - _item), _fields));
                break;
            case JsonTokenType.StartArray when depth == OfMetadata && _members[OfMetadata] == Member.ManagedFields:
                _fields.Start = _read + (int)reader.TokenStartIndex;
                break;
            case JsonTokenType.EndArray when depth == OfMetadata && _members[OfMetadata] == Member.ManagedFields:
                _fields.Length = _read + (int)reader.BytesConsumed - _fields.Start;
                break;
            case JsonTokenType.String when depth == OfListMetadata && _members[OfListMetadata] == Member.Continue:
                Continue = reader.GetString()!;
                break;
            case JsonTokenType.String when reader.ValueSpan.Length == SourcePage.UidLength && _members[OfList] == Member.Items:
                int at = _read + (int)reader.TokenStartIndex + 1;
                Texts.Add(at);
                if (depth is OfMetadata or OfOwner && _members[depth] == Member.Uid)
                    Uids.Add(at);
                break;
        }
    }

    private Member Name(ref Utf8JsonReader reader, int depth)
    {
        // Deeper members do not belong to this one.
        if (depth < OfOwner)
            _members.AsSpan(depth + 1).Clear();
        switch (depth)
        {
            case OfList:
                if (reader.ValueTextEquals("items"u8))
                    return Member.Items;
                return reader.ValueTextEquals("metadata"u8) ? Member.Metadata : Member.Other;
            case OfListMetadata when _members[OfList] == Member.Metadata && reader.ValueTextEquals("continue"u8):
                return Member.Continue;
            case OfItem when _members[OfList] == Member.Items && reader.ValueTextEquals("metadata"u8):
                return Member.Metadata;
            case OfMetadata when _members[OfItem] == Member.Metadata:
                if (reader.ValueTextEquals("uid"u8))
                    return Member.Uid;
                if (reader.ValueTextEquals("ownerReferences"u8))
                    return Member.Owners;
                return reader.ValueTextEquals("managedFields"u8) ? Member.ManagedFields : Member.Other;
            case OfOwner when _members[OfMetadata] == Member.Owners && reader.ValueTextEquals("uid"u8):
                return Member.Uid;
            default:
                return Member.Other;
        }
    }
}
