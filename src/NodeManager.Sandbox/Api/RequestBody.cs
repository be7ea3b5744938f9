using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Sandbox.Api.Bodies;
using NodeManager.Sandbox.Api.Protobuf;

namespace NodeManager.Sandbox.Api;

/// <summary>Reads what a request carries: JSON, YAML or protocol buffers, as its content type says.</summary>
internal static class RequestBody
{
    private const string Yaml = "application/yaml";

    /// <param name="request">The request.</param>
    /// <param name="kind">What should be in it, for messages.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ApiException">400: it is none of these.</exception>
    public static async Task<RequestDocument> ReadAsync(ApiRequest request, string kind, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> body = await ReadBytesAsync(request, cancellationToken);
        return body.IsEmpty ? RequestDocument.Empty : Read(body.Span, kind, request.ContentType);
    }

    /// <exception cref="ApiException">400 (it is no object), 415.</exception>
    public static async Task<RequestDocument> ReadDocumentAsync(ApiRequest request, string kind, CancellationToken cancellationToken)
    {
        if (MediaType(request.ContentType) is not ("" or "application/json" or Yaml or ProtobufBody.MediaType))
            throw ApiErrors.UnsupportedMediaType("application/json", Yaml, ProtobufBody.MediaType);
        ReadOnlyMemory<byte> body = await ReadBytesAsync(request, cancellationToken);
        if (body.IsEmpty) throw BodyFaults.NoKind(kind, "unexpected end of JSON input", body.Span);
        RequestDocument read = Read(body.Span, kind, request.ContentType);
        return read.Root switch
        {
            JsonObject => read,
            null => read with { Root = new JsonObject() },
            var other => throw BodyFaults.NoObject(kind, other, body.Span),
        };
    }

    /// <exception cref="ApiException">400 (it is no object), 415.</exception>
    public static async Task<JsonObject> ReadObjectAsync(ApiRequest request, string kind, CancellationToken cancellationToken) =>
        (await ReadDocumentAsync(request, kind, cancellationToken)).Root!.AsObject();

    /// <summary>What a manager applies: YAML, of which JSON is a part.</summary>
    /// <exception cref="ApiException">400.</exception>
    public static async Task<RequestDocument> ReadAppliedAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> body = await ReadBytesAsync(request, cancellationToken);
        try
        {
            return body.IsEmpty ? RequestDocument.Empty : ReadYaml(body.Span);
        }
        catch (FormatException fault)
        {
            throw ApiErrors.BadRequest($"error decoding YAML: error converting YAML to JSON: {fault.Message}");
        }
    }

    /// <summary>A patch, in JSON.</summary>
    /// <exception cref="ApiException">400.</exception>
    public static async Task<RequestDocument> ReadPatchAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> body = await ReadBytesAsync(request, cancellationToken);
        try
        {
            return JsonBody.Read(body.Span);
        }
        catch (JsonException fault)
        {
            throw ApiErrors.BadRequest($"error decoding patch: {BodyFaults.Of(fault, body.Span)}");
        }
    }

    public static string MediaType(string contentType) => contentType.Split(';')[0].Trim();

    private static RequestDocument Read(ReadOnlySpan<byte> body, string kind, string contentType)
    {
        try
        {
            return MediaType(contentType) switch
            {
                ProtobufBody.MediaType => new(ProtobufBody.Read(body, kind), [], false),
                Yaml => ReadYaml(body),
                _ => JsonBody.Read(body),
            };
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

        return YamlBody.Read(Encoding.UTF8.GetString(body));
    }

    private static async Task<ReadOnlyMemory<byte>> ReadBytesAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer, cancellationToken);
        return buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
    }
}
