using System.Globalization;
using System.Text.Json;
using NodeManager.Sandbox.Model.Kinds.Custom.Paths;

namespace NodeManager.Sandbox.Model.Kinds.Columns;

/// <summary>The columns of a custom kind: name, then those of its definition, by default age.</summary>
internal static class PrinterColumns
{
    public static TableColumn[] Read(JsonArray? columns, int minor) =>
        [
            KindColumns.Name,
            .. columns is { Count: > 0 } ? columns.OfType<JsonObject>().Select(Column) : [KindColumns.Age with { Type = "date" }],
        ];

    private static TableColumn Column(JsonObject column)
    {
        string type = column.Text("type") ?? "string";
        JsonPath? path = JsonPath.Read(column.Text("jsonPath") ?? "");
        return new(column.Text("name") ?? "", (item, now) => Cell(path, type, item, now))
        {
            Type = type,
            Format = column.Text("format") ?? "",
            Priority = (int)(column.Number("priority") ?? 0),
            Description = column.Text("description") ?? "",
        };
    }

    private static JsonNode? Cell(JsonPath? path, string type, JsonObject item, DateTimeOffset now)
    {
        JsonNode?[] found = path is null ? [] : [.. path.Find(item).Take(1)];
        if (found is not [{ } value])
            return null;
        return type switch
        {
            "string" => Print(value),
            "integer" => ToNumber(value) is { } number ? (long)decimal.Truncate(number) : null,
            "number" => ToNumber(value) is null ? null : value.DeepClone(),
            "boolean" => value.GetValueKind() is JsonValueKind.True or JsonValueKind.False ? value.DeepClone() : null,
            "date" => value.GetValueKind() == JsonValueKind.String ? Since((string)value!, now) : null,
            _ => null,
        };
    }

    private static string Since(string text, DateTimeOffset now) =>
        ColumnText.Since(text, now) is not ColumnText.Unknown and var since ? since : "<invalid>";

    private static decimal? ToNumber(JsonNode value) =>
        value.GetValueKind() == JsonValueKind.Number
        && decimal.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number)
            ? number
            : null;

    private static string Print(JsonNode value) =>
        value.GetValueKind() switch
        {
            JsonValueKind.String => (string)value!,
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => value.ToJsonString(),
        };
}
