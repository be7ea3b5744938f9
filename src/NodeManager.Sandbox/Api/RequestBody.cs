using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Sandbox.Api.Protobuf;

namespace NodeManager.Sandbox.Api;

/// <summary>Reads what a request carries.</summary>
internal static class RequestBody
{
    /// <summary>Null if there is none.</summary>
    /// <exception cref="ApiException">400: it is no JSON.</exception>
    public static async Task<JsonNode?> ReadAsync(ApiRequest request, string kind, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer, cancellationToken);
        if (buffer.Length == 0) return null;
        if (MediaType(request.ContentType) == ProtobufBody.MediaType) return ProtobufBody.Read(buffer.GetBuffer().AsSpan(0, (int)buffer.Length), kind);
        try
        {
            return JsonNode.Parse(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
        }
        catch (JsonException fault)
        {
            throw Unrecognized(kind, fault.Message);
        }
    }

    /// <param name="request">The request.</param>
    /// <param name="kind">What should be in it, for messages.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ApiException">400 (it is no JSON object), 415.</exception>
    public static async Task<JsonObject> ReadObjectAsync(ApiRequest request, string kind, CancellationToken cancellationToken)
    {
        CheckMediaType(request.ContentType);
        return await ReadAsync(request, kind, cancellationToken) as JsonObject ?? throw Unrecognized(kind, "unexpected end of JSON input");
    }

    public static string MediaType(string contentType) => contentType.Split(';')[0].Trim();

    private static ApiException Unrecognized(string kind, string why) =>
        ApiErrors.BadRequest($"the object provided is unrecognized (must be of type {kind}): couldn't get version/kind; json parse error: {why}");

    private static void CheckMediaType(string contentType)
    {
        if (MediaType(contentType) is not ("" or "application/json" or ProtobufBody.MediaType))
            throw ApiErrors.UnsupportedMediaType("application/json", "application/yaml", "application/vnd.kubernetes.protobuf");
    }
}
