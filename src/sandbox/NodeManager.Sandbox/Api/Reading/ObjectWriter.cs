using System.Buffers;
using System.Text;
using NodeManager.Sandbox.Api.Requests;

namespace NodeManager.Sandbox.Api.Reading;

/// <summary>Completes stored documents with kind and apiVersion.</summary>
internal static class ObjectWriter
{
    /// <summary>The bytes before a stored document without its opening brace.</summary>
    public static byte[] Opening(ResourcePath path) =>
        Encoding.UTF8.GetBytes($"{{\"kind\":\"{path.Kind.Kind}\",\"apiVersion\":\"{path.ApiVersion}\",");

    public static ApiResponse Answer(ResourcePath path, StoredObject item, int statusCode = 200, IReadOnlyList<string>? warnings = null)
    {
        var body = new ArrayBufferWriter<byte>(item.Json.Length * 2);
        body.Write(Opening(path));
        path.Write(item, body);
        return new()
        {
            StatusCode = statusCode,
            Segments = [body.WrittenMemory],
            Warnings = warnings ?? [],
        };
    }

    /// <summary>A copy with kind and apiVersion first, because patches may use them.</summary>
    public static JsonObject Complete(ResourcePath path, JsonObject document)
    {
        document.Insert(0, "kind", path.Kind.Kind);
        document.Insert(1, "apiVersion", path.ApiVersion);
        return document;
    }
}
