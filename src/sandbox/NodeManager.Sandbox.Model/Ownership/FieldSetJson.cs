using System.Buffers;
using System.Text.Json;

namespace NodeManager.Sandbox.Model.Ownership;

/// <summary>Reads and writes FieldsV1: <c>{"f:spec":{".":{},"f:replicas":{}}}</c>, where a leaf or a dot is a member.</summary>
internal static class FieldSetJson
{
    private const int MaximumDepth = 256,
        LongName = 256;

    public static FieldSet Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        return Read(ref reader);
    }

    /// <summary>Reads the object at the reader's position.</summary>
    public static FieldSet Read(ref Utf8JsonReader reader) => Read(ref reader, 0).Below;

    public static void Write(FieldSet set, IBufferWriter<byte> into) => Write(set, false, into);

    private static (bool IsMember, FieldSet Below) Read(ref Utf8JsonReader reader, int depth)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new FormatException("expected an object");
        if (depth > MaximumDepth)
            throw new FormatException("nested too deeply");
        (bool isMember, List<FieldBranch>? branches) = (false, null);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            PathElement? element = reader.ValueTextEquals("."u8) ? null : ReadName(ref reader);
            reader.Read();
            (bool isInnerMember, FieldSet below) = Read(ref reader, depth + 1);
            if (element is null)
                isMember = true;
            else
                (branches ??= []).Add(new(element, isInnerMember, below));
        }

        return branches is null ? (true, FieldSet.Empty) : (isMember, FieldSet.Of(branches));
    }

    private static PathElement ReadName(ref Utf8JsonReader reader)
    {
        if (reader.ValueSpan.Length > LongName)
            return PathElement.Parse(reader.GetString());
        Span<char> name = stackalloc char[LongName];
        return PathElement.Parse(name[..reader.CopyString(name)]);
    }

    private static void Write(FieldSet set, bool isMember, IBufferWriter<byte> into)
    {
        ReadOnlySpan<byte> opening = isMember && !set.IsEmpty ? "{\".\":{}"u8 : "{"u8;
        into.Write(opening);
        bool isFirst = opening.Length == 1;
        foreach (FieldBranch branch in set.Branches)
        {
            if (!isFirst)
                into.Write(","u8);
            isFirst = false;
            into.Write(branch.Element.JsonName);
            if (branch.Below.IsEmpty)
                into.Write("{}"u8);
            else
                Write(branch.Below, branch.IsMember, into);
        }

        into.Write("}"u8);
    }
}
