using System.Text.Json;
using System.Text.Json.Nodes;

namespace NodeManager.Sandbox.Api;

/// <summary>Reads what a request carries.</summary>
internal static class RequestBody
{
    /// <summary>Null if there is none.</summary>
    /// <exception cref="ApiException">400: it is no JSON.</exception>
    public static async Task<JsonNode?> ReadAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer, cancellationToken);
        if (buffer.Length == 0) return null;
        try
        {
            return JsonNode.Parse(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
        }
        catch (JsonException fault)
        {
            throw ApiErrors.BadRequest($"the object provided is unrecognized (must be of type {"JSON"}): {fault.Message}");
        }
    }

    /// <exception cref="ApiException">400: it is no JSON object.</exception>
    public static async Task<JsonObject> ReadObjectAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        CheckMediaType(request.ContentType);
        return await ReadAsync(request, cancellationToken) as JsonObject ?? throw ApiErrors.BadRequest("the request carries no object");
    }

    public static string MediaType(string contentType) => contentType.Split(';')[0].Trim();

    private static void CheckMediaType(string contentType)
    {
        if (MediaType(contentType) is not ("" or "application/json"))
            throw ApiErrors.UnsupportedMediaType("application/json", "application/yaml", "application/vnd.kubernetes.protobuf");
    }
}
