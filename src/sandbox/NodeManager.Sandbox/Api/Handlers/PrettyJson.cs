using System.Text.Encodings.Web;
using System.Text.Json;
using NodeManager.Sandbox.Api.Requests;

namespace NodeManager.Sandbox.Api.Handlers;

/// <summary>Indents responses for people: with <c>?pretty=true</c>, and for clients that display raw responses.</summary>
internal static class PrettyJson
{
    private static readonly string[] Programs = ["curl", "Wget", "Mozilla/5.0"];

    private static readonly JsonWriterOptions Indented = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    // Source: k8s.io/apiserver, negotiate.go, isPrettyPrint.
    private static bool IsForPeople(IncomingRequest request) =>
        request.Query["pretty"] is { Length: > 0 } asked
            ? asked is "1" or "t" or "T" or "true" or "TRUE" or "True"
            : Programs.Any(program => request.UserAgent.StartsWith(program, StringComparison.Ordinal));

    /// <summary>Streams are not indented.</summary>
    public static ApiResponse Apply(IncomingRequest request, ApiResponse answer)
    {
        if (!IsForPeople(request) || answer.Stream is not null || answer.ContentType != "application/json")
            return answer;
        using var body = new MemoryStream();
        foreach (ReadOnlyMemory<byte> segment in answer.Segments)
            body.Write(segment.Span);
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Indented))
            JsonNode.Parse(body.GetBuffer().AsSpan(0, (int)body.Length), documentOptions: DocumentDepth.Options)!.WriteTo(writer);
        return answer with { Segments = [buffer.ToArray()] };
    }
}
