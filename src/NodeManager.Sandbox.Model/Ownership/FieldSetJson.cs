using System.Buffers;
using System.Text.Json.Nodes;

namespace NodeManager.Sandbox.Model.Ownership;

/// <summary>A set of fields in the form of FieldsV1: <c>{"f:spec":{".":{},"f:replicas":{}}}</c>, where a leaf or a dot is a member.</summary>
internal static class FieldSetJson
{
    private const int Deepest = 256;

    /// <exception cref="FormatException">It is no FieldsV1.</exception>
    public static FieldSet Read(JsonObject fields) => Read(fields, 0).Below;

    public static void Write(FieldSet set, IBufferWriter<byte> into) => Write(set, false, into);

    private static (bool IsMember, FieldSet Below) Read(JsonObject fields, int depth)
    {
        if (depth > Deepest) throw new FormatException("nested too deeply");
        bool isMember = fields.Count == 0;
        var branches = new List<FieldBranch>(fields.Count);
        foreach ((string name, JsonNode? value) in fields)
        {
            JsonObject inner = value as JsonObject ?? throw new FormatException("expected an object");
            if (name == ".")
            {
                isMember = true;
                continue;
            }

            (bool isInnerMember, FieldSet below) = Read(inner, depth + 1);
            branches.Add(new(PathElement.Parse(name), isInnerMember, below));
        }

        return (isMember, FieldSet.Of(branches));
    }

    private static void Write(FieldSet set, bool isMember, IBufferWriter<byte> into)
    {
        ReadOnlySpan<byte> opening = isMember && !set.IsEmpty ? "{\".\":{}"u8 : "{"u8;
        into.Write(opening);
        bool isFirst = opening.Length == 1;
        foreach (FieldBranch branch in set.Branches)
        {
            if (!isFirst) into.Write(","u8);
            isFirst = false;
            into.Write(branch.Element.JsonName);
            if (branch.Below.IsEmpty) into.Write("{}"u8);
            else Write(branch.Below, branch.IsMember, into);
        }

        into.Write("}"u8);
    }
}
