using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Kubernetes.Protobuf;
using NodeManager.Kubernetes.Yaml;
using NodeManager.Sandbox.Api.Protobuf;
using NodeManager.Sandbox.Api.Requests;
using NodeManager.Sandbox.Model.Kinds.Errors;

namespace NodeManager.Sandbox.Api.Bodies;

/// <summary>Reads what a request carries: JSON, YAML or protocol buffers, as its content type says.</summary>
internal static class RequestBody
{
    private const string Yaml = "application/yaml";

    /// <exception cref="ApiException">400 (the body is not an object), 415.</exception>
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

    /// <exception cref="ApiException">400 (the body is not an object), 415.</exception>
    public static async Task<JsonObject> ReadObjectAsync(IncomingRequest request, string kind, CancellationToken cancellationToken) =>
        (await ReadDocumentAsync(request, kind, cancellationToken)).Root!.AsObject();

    /// <summary>What a manager applies: YAML, of which JSON is a part.</summary>
    /// <exception cref="ApiException">400.</exception>
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

    /// <summary>A patch, in JSON.</summary>
    /// <param name="request">The request.</param>
    /// <param name="where">What the message of a fault begins with.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ApiException">400.</exception>
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

    /// <exception cref="ApiException">415.</exception>
    public static void RequireReadable(string contentType)
    {
        if (MediaType(contentType) is not ("" or "application/json" or Yaml or WireEnvelope.MediaType))
            throw StatusErrors.UnsupportedMediaType("application/json", Yaml, WireEnvelope.MediaType);
    }

    /// <exception cref="JsonException">The body is not JSON.</exception>
    /// <exception cref="FormatException">The body is not in the format that its content type states.</exception>
    public static RequestDocument Parse(ReadOnlySpan<byte> body, string kind, string contentType) =>
        MediaType(contentType) switch
        {
            WireEnvelope.MediaType => new(ProtobufBody.Read(body, kind), [], false),
            Yaml => ReadYaml(body),
            _ => JsonBody.Read(body),
        };

    /// <summary>Types are told apart without regard to case.</summary>
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

    // JSON is read as such where it is written so: it is faster, and says the same.
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
                // Then it is a flow mapping.
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
