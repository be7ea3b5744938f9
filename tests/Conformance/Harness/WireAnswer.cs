using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace NodeManager.Conformance.Harness;

/// <summary>What a server answered, as it came over the wire.</summary>
internal sealed record WireAnswer(HttpStatusCode Code, string Text)
{
    public JsonNode Json => JsonNode.Parse(Text)!;

    public string Reason => Json["reason"]?.GetValue<string>() ?? "";

    /// <summary>A watch's events.</summary>
    public IReadOnlyList<JsonNode> Lines =>
        [.. Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];

    /// <summary>The response to a request, whatever its code.</summary>
    public static async Task<WireAnswer> OfAsync(HttpClient http, string method, string path, string? body, string contentType)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, contentType);
        using HttpResponseMessage answer = await http.SendAsync(request);
        return new(answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
