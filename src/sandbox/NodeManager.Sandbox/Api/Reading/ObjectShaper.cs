using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using NodeManager.Sandbox.Api.Requests;
using NodeManager.Sandbox.Model.Kinds.Columns;
using NodeManager.Sandbox.Model.Kinds.Errors;

namespace NodeManager.Sandbox.Api.Reading;

/// <summary>Converts objects to the requested representation.</summary>
internal sealed class ObjectShaper
{
    private readonly ResourcePath _path;
    private readonly Representation _shape;
    private readonly string _metaVersion;
    private readonly string _included;
    private readonly DateTimeOffset _now;
    private readonly CancellationToken _aborted;
    private readonly TableColumn[] _columns;

    private ObjectShaper(
        IncomingRequest request,
        ResourcePath path,
        Representation shape,
        string metaVersion,
        int minor,
        DateTimeOffset now
    )
    {
        _path = path;
        _shape = shape;
        _metaVersion = "meta.k8s.io/" + metaVersion;
        _now = now;
        _aborted = request.Aborted;
        _included = request.Query["includeObject"] ?? "Metadata";
        if (shape == Representation.Table && _included is not ("None" or "Metadata" or "Object" or ""))
            throw StatusErrors.BadRequest($"unrecognized includeObject value: {_included}");
        _columns = shape == Representation.Table ? path.Kind.Custom?.At(path.Version).Columns ?? KindColumns.Of(path.Kind, minor) : [];
    }

    /// <summary>Null for unconverted objects.</summary>
    public static ObjectShaper? For(IncomingRequest request, ResourcePath path, int minor, DateTimeOffset now) =>
        Negotiation.Choose(request.Accept) switch
        {
            null => throw StatusErrors.NotAcceptable(isForm: true, isList: false, minor),
            (Representation.Whole, _, _) => null,
            var (shape, version, isList) => Make(request, path, shape, version, isList, minor, now),
        };

    private static ObjectShaper Make(
        IncomingRequest request,
        ResourcePath path,
        Representation shape,
        string version,
        bool isList,
        int minor,
        DateTimeOffset now
    )
    {
        if (shape == Representation.Metadata && !request.Query.IsTrue("watch"))
            Negotiation.RequireForm(path, isList);
        return new(request, path, shape, version, minor, now);
    }

    public JsonObject Convert(StoredObject item)
    {
        if (_shape == Representation.Table)
            return Table(VersionOf(item), [item], true);
        return Partial(_path.ToWholeJson(item));
    }

    /// <summary>The response of a list. Table rows copy stored metadata bytes, because thousands are read together.</summary>
    /// <param name="items">Complete.</param>
    public ApiResponse Answer(JsonObject metadata, IReadOnlyList<StoredObject> items)
    {
        if (_shape != Representation.Table || _included is "Object")
            return ApiResponse.Json(List(metadata, items));
        if (items.Count >= ReadHandler.LongList)
            return new()
            {
                Stream = (into, cancellationToken) => WriteAsync(into, metadata, items, cancellationToken),
                IsCompressible = true,
            };
        var segments = new List<ReadOnlyMemory<byte>>(items.Count + 2);
        var pieces = new SegmentWriter();
        var piece = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(pieces, ApiResponse.Relaxed))
        {
            WriteStart(writer, metadata);
            foreach (StoredObject item in items)
            {
                WriteRow(writer, item, piece);
                writer.Flush();
                segments.Add(pieces.Take());
            }

            WriteEnd(writer);
        }

        segments.Add(pieces.Take());
        return new() { Segments = segments };
    }

    private async Task WriteAsync(
        PipeWriter into,
        JsonObject metadata,
        IReadOnlyList<StoredObject> items,
        CancellationToken cancellationToken
    )
    {
        var piece = new ArrayBufferWriter<byte>(4096);
        await using var writer = new Utf8JsonWriter((IBufferWriter<byte>)into, ApiResponse.Relaxed);
        WriteStart(writer, metadata);
        foreach (StoredObject item in items)
        {
            WriteRow(writer, item, piece);
            writer.Flush();
            if (into.UnflushedBytes >= ReadHandler.FlushAt && (await into.FlushAsync(cancellationToken)).IsCompleted)
                return;
        }

        WriteEnd(writer);
        writer.Flush();
        await into.FlushAsync(cancellationToken);
    }

    private void WriteStart(Utf8JsonWriter writer, JsonObject metadata)
    {
        writer.WriteStartObject();
        writer.WriteString("kind", "Table");
        writer.WriteString("apiVersion", _metaVersion);
        writer.WritePropertyName("metadata");
        metadata.WriteTo(writer);
        writer.WriteStartArray("columnDefinitions");
        foreach (TableColumn column in _columns)
            Definition(column).WriteTo(writer);
        writer.WriteEndArray();
        writer.WriteStartArray("rows");
    }

    private static void WriteEnd(Utf8JsonWriter writer)
    {
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private void WriteRow(Utf8JsonWriter writer, StoredObject item, ArrayBufferWriter<byte> piece)
    {
        _aborted.ThrowIfCancellationRequested();
        // Columns of a view are computed from the stored kind.
        JsonObject read = _path.Kind.StoredAs == _path.Kind ? _path.ToJson(item) : item.ToJson();
        writer.WriteStartObject();
        writer.WriteStartArray("cells");
        foreach (TableColumn column in _columns)
        {
            if (column.Cell(read, _now) is { } cell)
                cell.WriteTo(writer);
            else
                writer.WriteNullValue();
        }

        writer.WriteEndArray();
        if (_included is not "None")
        {
            piece.ResetWrittenCount();
            piece.Write(Encoding.UTF8.GetBytes($"{{\"kind\":\"PartialObjectMetadata\",\"apiVersion\":\"{_metaVersion}\","));
            StoredDocument.WriteMetadata(_path.Document(item), item, piece);
            piece.Write("}"u8);
            writer.WritePropertyName("object");
            writer.WriteRawValue(piece.WrittenSpan, skipInputValidation: true);
        }
        else
        {
            writer.WriteNull("object");
        }

        writer.WriteEndObject();
    }

    /// <param name="items">Complete.</param>
    private JsonObject List(JsonObject metadata, IEnumerable<StoredObject> items)
    {
        if (_shape == Representation.Table)
            return Table(metadata, items, true);
        var partial = new JsonArray();
        foreach (StoredObject item in items)
        {
            _aborted.ThrowIfCancellationRequested();
            partial.Add(Partial(_path.ToWholeJson(item)));
        }

        bool isNothing = partial.Count == 0 && _path.Kind.Custom is not null;
        return new()
        {
            ["kind"] = "PartialObjectMetadataList",
            ["apiVersion"] = _metaVersion,
            ["metadata"] = metadata,
            ["items"] = isNothing ? null : partial,
        };
    }

    /// <summary>The object of an event: only the first one describes the columns.</summary>
    public JsonObject Event(StoredObject item, bool isFirst)
    {
        if (_shape == Representation.Table)
            return Table(VersionOf(item), [item], isFirst);
        return Partial(_path.ToWholeJson(item));
    }

    private static JsonObject VersionOf(StoredObject item) =>
        new() { ["resourceVersion"] = item.Version.ToString(System.Globalization.CultureInfo.InvariantCulture) };

    private JsonObject Table(JsonObject metadata, IEnumerable<StoredObject> items, bool hasColumns)
    {
        var rows = new JsonArray();
        foreach (StoredObject item in items)
        {
            _aborted.ThrowIfCancellationRequested();
            // Columns of a view are computed from the stored kind.
            JsonObject document = _path.ToWholeJson(item),
                read = _path.Kind.StoredAs == _path.Kind ? document : item.ToJson();
            var row = new JsonObject { ["cells"] = new JsonArray([.. _columns.Select(column => column.Cell(read, _now))]) };
            row["object"] = _included switch
            {
                "Object" => ObjectWriter.Complete(_path, document),
                "None" => null,
                _ => Partial(document),
            };
            rows.Add(row);
        }

        var columns = hasColumns ? new JsonArray([.. _columns.Select(Definition)]) : null;
        return new()
        {
            ["kind"] = "Table",
            ["apiVersion"] = _metaVersion,
            ["metadata"] = metadata,
            ["columnDefinitions"] = columns,
            ["rows"] = rows,
        };
    }

    private JsonObject Partial(JsonObject document) =>
        new()
        {
            ["kind"] = "PartialObjectMetadata",
            ["apiVersion"] = _metaVersion,
            ["metadata"] = document["metadata"]!.DeepClone(),
        };

    private static JsonObject Definition(TableColumn column) =>
        new()
        {
            ["name"] = column.Name,
            ["type"] = column.Type,
            ["format"] = column.Format,
            ["description"] = column.Description,
            ["priority"] = column.Priority,
        };
}
