using System.IO.Pipelines;
using System.Text.Encodings.Web;
using System.Text.Json;
using NodeManager.Sandbox.Model.Kinds.Errors;

namespace NodeManager.Sandbox.Api.Requests;

/// <summary>A response: complete in segments, or streamed.</summary>
internal sealed record ApiResponse
{
    public static JsonWriterOptions Relaxed { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public int StatusCode { get; init; } = 200;

    public string ContentType { get; init; } = "application/json";

    public IReadOnlyList<ReadOnlyMemory<byte>> Segments { get; init; } = [];

    /// <summary>Writes a streamed body until it ends or is cancelled; null for a complete response.</summary>
    public Func<PipeWriter, CancellationToken, Task>? Stream { get; init; }

    /// <summary>A stream that ends and may be compressed, such as a long list.</summary>
    public bool IsCompressible { get; init; }

    public int? RetryAfterSeconds { get; init; }

    /// <summary>Warning headers.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    public static ApiResponse Json(JsonObject body, int statusCode = 200) =>
        new() { StatusCode = statusCode, Segments = [Serialize(body)] };

    public static ApiResponse Text(string body, int statusCode = 200) =>
        new()
        {
            StatusCode = statusCode,
            ContentType = "text/plain; charset=utf-8",
            Segments = [System.Text.Encoding.UTF8.GetBytes(body)],
        };

    public static ApiResponse Refusal(ApiException refusal) =>
        new()
        {
            StatusCode = refusal.Code,
            Segments = [Serialize(refusal.ToStatus())],
            RetryAfterSeconds = refusal.RetryAfterSeconds,
            Warnings = refusal.Warnings,
        };

    public static byte[] Serialize(JsonObject body)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Relaxed))
            body.WriteTo(writer);
        return buffer.ToArray();
    }
}
