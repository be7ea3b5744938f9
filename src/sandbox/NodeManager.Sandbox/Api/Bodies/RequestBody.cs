using System.Text;
using System.Text.Json;
using NodeManager.Kubernetes.Protobuf;
using NodeManager.Kubernetes.Yaml;
using NodeManager.Sandbox.Api.Protobuf;
using NodeManager.Sandbox.Api.Requests;
using NodeManager.Sandbox.Model.Kinds.Errors;

namespace NodeManager.Sandbox.Api.Bodies;

/// <summary>Reads request bodies by content type: JSON, YAML or Protocol Buffers.</summary>
internal static class RequestBody
{
    private const string Yaml = "application/yaml";

    public static async Task<RequestDocument> ReadDocumentAsync(IncomingRequest request, string kind, CancellationToken cancellationToken)
    {
        RequireReadable(request.ContentType);
        ReadOnlyMemory<byte> body = await ReadBytesAsync(request, cancellationToken);
        if (body.IsEmpty)
            throw BodyFaults.NoKind(kind, "unexpected end of JSON input", body.Span);
        RequestDocument read = Read(body.Span, kind, request.ContentType);
        return read.Root switch
        {
            JsonObject => read,
            null => read with { Root = new JsonObject() },
            var other => throw BodyFaults.NoObject(kind, other, body.Span),
        };
    }

    public static async Task<JsonObject> ReadObjectAsync(IncomingRequest request, string kind, CancellationToken cancellationToken) =>
        (await ReadDocumentAsync(request, kind, cancellationToken)).Root!.AsObject();

    /// <summary>An applied configuration: YAML, which includes JSON.</summary>
    public static async Task<RequestDocument> ReadAppliedAsync(IncomingRequest request, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> body = await ReadBytesAsync(request, cancellationToken);
        try
        {
            return body.IsEmpty ? RequestDocument.Empty : ReadYaml(body.Span);
        }
        catch (FormatException fault)
        {
            throw StatusErrors.BadRequest($"error decoding YAML: error converting YAML to JSON: {fault.Message}");
        }
    }

    /// <param name="where">The prefix of error messages.</param>
    public static async Task<RequestDocument> ReadPatchAsync(IncomingRequest request, string where, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> body = await ReadBytesAsync(request, cancellationToken);
        try
        {
            return JsonBody.Read(body.Span);
        }
        catch (JsonException fault)
        {
            throw StatusErrors.BadRequest(where + BodyFaults.Of(fault, body.Span));
        }
    }

    public static void RequireReadable(string contentType)
    {
        if (MediaType(contentType) is not ("" or "application/json" or Yaml or WireEnvelope.MediaType))
            throw StatusErrors.UnsupportedMediaType("application/json", Yaml, WireEnvelope.MediaType);
    }

    /// <exception cref="FormatException">Not in the format of its content type.</exception>
    public static RequestDocument Parse(ReadOnlySpan<byte> body, string kind, string contentType) =>
        MediaType(contentType) switch
        {
            WireEnvelope.MediaType => new(ProtobufBody.Read(body, kind), [], false),
            Yaml => ReadYaml(body),
            _ => JsonBody.Read(body),
        };

    /// <summary>Lowercase, because types are case-insensitive.</summary>
    public static string MediaType(string contentType) => contentType.Split(';')[0].Trim().ToLowerInvariant();

    private static RequestDocument Read(ReadOnlySpan<byte> body, string kind, string contentType)
    {
        try
        {
            return Parse(body, kind, contentType);
        }
        catch (JsonException fault)
        {
            throw BodyFaults.NoKind(kind, BodyFaults.Of(fault, body), body);
        }
        catch (FormatException fault)
        {
            throw BodyFaults.Unrecognized(kind, fault.Message, body);
        }
    }

    // JSON is detected, because its parser is faster.
    private static RequestDocument ReadYaml(ReadOnlySpan<byte> body)
    {
        if (body.TrimStart(" \t\r\n"u8) is [(byte)'{', ..])
        {
            try
            {
                return JsonBody.Read(body) with { IsYaml = true };
            }
            catch (JsonException)
            {
                // A YAML flow mapping.
            }
        }

        (JsonNode? root, IReadOnlyList<(string Key, long Line)> duplicates) = YamlJsonReader.Read(Encoding.UTF8.GetString(body));
        return new(root, [.. duplicates.Select(static d => new DuplicateMember(d.Key, d.Key, d.Line))], true);
    }

    public static async Task<ReadOnlyMemory<byte>> ReadBytesAsync(IncomingRequest request, CancellationToken cancellationToken)
    {
        var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer, cancellationToken);
        return buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
    }
}
