using System.Text;
using System.Text.Json;
using NodeManager.Sandbox.Model.Kinds.Errors;
using NodeManager.Sandbox.Model.Schema;

namespace NodeManager.Sandbox.Api.Bodies;

internal static class BodyFaults
{
    private const int MaximumLength = 30;
    private const string Envelope =
        "struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }";

    public static ApiException Unrecognized(string kind, string why, ReadOnlySpan<byte> body) =>
        StatusErrors.BadRequest($"the object provided is unrecognized (must be of type {kind}): {why} ({Show(body)})");

    public static ApiException NoKind(string kind, string why, ReadOnlySpan<byte> body) =>
        Unrecognized(kind, "couldn't get version/kind; json parse error: " + why, body);

    public static ApiException NoObject(string kind, JsonNode root, ReadOnlySpan<byte> body) => Unrecognized(kind, NoEnvelope(root), body);

    public static string NoEnvelope(JsonNode root) =>
        $"couldn't get version/kind; json parse error: json: cannot unmarshal {ValueTypes.NameOf(root)} into Go value of type {Envelope}";

    public static ApiException NoText(string kind, string member, JsonNode value, ReadOnlySpan<byte> body) =>
        NoKind(kind, $"json: cannot unmarshal {ValueTypes.NameOf(value)} into Go struct field .{member} of type string", body);

    public static ApiException WrongKind(ResourceKind path, string expected, string kind, string stated)
    {
        string version = stated[(stated.IndexOf('/', StringComparison.Ordinal) + 1)..];
        if (path.Custom is not null)
        {
            if (kind.Length == 0)
                return StatusErrors.BadRequest($"Object 'Kind' is missing in the body of the request");
            return StatusErrors.BadRequest(
                stated == expected
                    ? $"the kind in the data ({kind}) does not match the expected kind ({path.Kind})"
                    : $"the API version in the data ({stated}) does not match the expected API version ({expected})"
            );
        }

        string why =
            stated == expected && BuiltInKinds.All.Any(one => one.Kind == kind && one.Group == path.Group)
                ? $"converting ({version}.{kind}) to ({ApiSchema.Instance.Group(path.SchemaType)}.{path.Kind}): unknown conversion"
                : $"no kind \"{kind}\" is registered for version \"{stated}\" in scheme \"sandbox\"";
        return StatusErrors.BadRequest($"{kind} in version \"{version}\" cannot be handled as a {path.Kind}: {why}");
    }

    public static string Of(JsonException fault, ReadOnlySpan<byte> body)
    {
        if (fault.Message.Contains("maximum configured depth", StringComparison.Ordinal))
            return "invalid character '{' exceeded max depth";
        long at = Position(body, fault.LineNumber ?? 0, fault.BytePositionInLine ?? 0);
        if (at >= body.TrimEnd(" \t\r\n"u8).Length)
            return "unexpected end of JSON input";
        char found = (char)body[(int)at];
        return fault.Message.Contains("after a single JSON value", StringComparison.Ordinal)
            ? $"invalid character '{found}' after top-level value"
            : $"invalid character '{found}' looking for beginning of value";
    }

    private static long Position(ReadOnlySpan<byte> body, long line, long inLine)
    {
        int at = 0;
        for (long i = 0; i < line; i++)
        {
            int end = body[at..].IndexOf((byte)'\n');
            if (end < 0)
                return body.Length;
            at += end + 1;
        }

        return at + inLine;
    }

    // Text if it looks like JSON, else bytes.
    private static string Show(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty)
            return "<empty>";
        ReadOnlySpan<byte> excerpt = body.Length > MaximumLength ? body[..MaximumLength] : body;
        return (body[0] == '{' ? Encoding.UTF8.GetString(excerpt) : Convert.ToHexStringLower(excerpt))
            + (body.Length > MaximumLength ? " ..." : "");
    }
}
