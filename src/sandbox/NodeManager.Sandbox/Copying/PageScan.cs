using System.Text.Json;
using NodeManager.Sandbox.Model.Documents;

namespace NodeManager.Sandbox.Copying;

/// <summary>Finds the objects of a list, and what may be a UID in them, in JSON that arrives in parts: each byte is looked at once.</summary>
internal sealed class PageScan
{
    // Levels: members of the list, of its metadata, of an item, of its metadata, of an owner in it.
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

    /// <summary>Where each object is, and its managedFields; their length is 0 where it has none.</summary>
    public List<((int Start, int Length) Whole, (int Start, int Length) Fields)> Items { get; } = [];

    /// <summary>Where texts begin that are as long as a UID.</summary>
    public List<int> Texts { get; } = [];

    /// <summary>Where of these the UIDs of the objects and of their owners begin.</summary>
    public List<int> Uids { get; } = [];

    /// <summary>The token of the next page; empty where there is none.</summary>
    public string Continue { get; private set; } = "";

    /// <param name="json">All that has arrived.</param>
    /// <param name="isEnd">True where nothing follows.</param>
    /// <exception cref="JsonException">It is not JSON, or was cut short.</exception>
    public void Read(ReadOnlySpan<byte> json, bool isEnd)
    {
        var reader = new Utf8JsonReader(json[_read..], isEnd, _state);
        while (reader.Read())
            Note(ref reader);
        _read += (int)reader.BytesConsumed;
        _state = reader.CurrentState;
    }

    private void Note(ref Utf8JsonReader reader)
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
        // What is deeper is not of this member.
        if (depth < OfOwner)
            _members.AsSpan(depth + 1).Clear();
        switch (depth)
        {
            case OfList:
                return reader.ValueTextEquals("items"u8) ? Member.Items
                    : reader.ValueTextEquals("metadata"u8) ? Member.Metadata
                    : Member.Other;
            case OfListMetadata when _members[OfList] == Member.Metadata && reader.ValueTextEquals("continue"u8):
                return Member.Continue;
            case OfItem when _members[OfList] == Member.Items && reader.ValueTextEquals("metadata"u8):
                return Member.Metadata;
            case OfMetadata when _members[OfItem] == Member.Metadata:
                return reader.ValueTextEquals("uid"u8) ? Member.Uid
                    : reader.ValueTextEquals("ownerReferences"u8) ? Member.Owners
                    : reader.ValueTextEquals("managedFields"u8) ? Member.ManagedFields
                    : Member.Other;
            case OfOwner when _members[OfMetadata] == Member.Owners && reader.ValueTextEquals("uid"u8):
                return Member.Uid;
            default:
                return Member.Other;
        }
    }
}
