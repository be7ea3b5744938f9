using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Sandbox.Api.Requests;
using NodeManager.Sandbox.Model.Documents;

namespace NodeManager.Sandbox.Api.Handlers;

/// <summary>Indents answers for people: those who ask with <c>?pretty=true</c>, and those whose program shows answers as they are.</summary>
internal static class PrettyJson
{
    private static readonly string[] Programs = ["curl", "Wget", "Mozilla/5.0"];

    private static readonly JsonWriterOptions Indented = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    // As the API server decides. Source: k8s.io/apiserver, negotiate.go, isPrettyPrint.
    private static bool IsForPeople(IncomingRequest request) =>
        request.Query["pretty"] is { Length: > 0 } asked
            ? asked is "1" or "t" or "T" or "true" or "TRUE" or "True"
            : Programs.Any(program => request.UserAgent.StartsWith(program, StringComparison.Ordinal));

    /// <summary>The same answer, indented where it was asked for; what is streamed stays as it is.</summary>
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
