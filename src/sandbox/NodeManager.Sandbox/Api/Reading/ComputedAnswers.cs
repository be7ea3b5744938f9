using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using NodeManager.Sandbox.Api.Requests;
using NodeManager.Sandbox.Model.Kinds.Errors;
using NodeManager.Sandbox.Model.Kinds.Selectors;

namespace NodeManager.Sandbox.Api.Reading;

internal static class ComputedAnswers
{
    public static ApiResponse Answer(IComputedSource source, IncomingRequest request, ResourcePath path)
    {
        if (path.Name.Length > 0)
            return ApiResponse.Json(source.Get(path.ObjectNamespace, path.Name) ?? throw StatusErrors.NotFound(path.Kind, path.Name));
        LabelQuery labels = LabelQuery.Parse(request.Query["labelSelector"]);
        return new()
        {
            Stream = (into, cancellationToken) =>
                WriteAsync(
                    into,
                    path,
                    source.List(path.Namespace).Where(item => labels.IsEmpty || labels.Matches(LabelsOf(item))),
                    cancellationToken
                ),
            IsCompressible = true,
        };
    }

    private static async Task WriteAsync(
        PipeWriter into,
        ResourcePath path,
        IEnumerable<JsonObject> items,
        CancellationToken cancellationToken
    )
    {
        into.Write(ReadHandler.Head(path, "{}"));
        await using var writer = new Utf8JsonWriter(into, ApiResponse.Relaxed);
        bool isFirst = true;
        foreach (JsonObject item in items)
        {
            if (!isFirst)
                into.Write(","u8);
            isFirst = false;
            item.WriteTo(writer);
            writer.Flush();
            writer.Reset();
            if (into.UnflushedBytes >= ReadHandler.FlushAt && (await into.FlushAsync(cancellationToken)).IsCompleted)
                return;
        }

        into.Write(ReadHandler.Closing.Span);
        await into.FlushAsync(cancellationToken);
    }

    private static Dictionary<string, string> LabelsOf(JsonObject item) =>
        (item.Object("metadata").Object("labels") ?? []).ToDictionary(static pair => pair.Key, static pair => (string?)pair.Value ?? "");
}
