using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Kubernetes.Files;

namespace NodeManager.Core.Configuration;

/// <summary>A JSON file of option names and values. Source of the names: the seed's plugin manifest.</summary>
internal static class ConfigurationFile
{
    private const int MostBytes = 1 << 20;

    // Editors use it to find the schema.
    private const string SchemaKey = "$schema";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <exception cref="NodeManagerException">ConfigurationFileUnreadable; ConfigurationFileInvalid, naming file, line and field.</exception>
    public static IReadOnlyList<ConfigurationValue> Read(string path) => Parse(path, ReadBytes(path));

    /// <summary>Sets options in the file and keeps the others. An unreadable file is not changed.</summary>
    /// <exception cref="NodeManagerException">As <see cref="Read"/>, also if the file cannot be written.</exception>
    public static void Write(string path, IReadOnlyList<ConfigurationValue> changes)
    {
        JsonObject document = [];
        if (File.Exists(path))
        {
            byte[] before = ReadBytes(path);
            Parse(path, before);
            document = JsonNode.Parse(before)!.AsObject();
        }

        foreach (ConfigurationValue change in changes)
            document[change.Option.Name] = JsonOf(change.Value);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            AtomicFile.Write(path, Encoding.UTF8.GetBytes(document.ToJsonString(Indented) + "\n"));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, $"Cannot write the configuration file '{path}': {fault.Message}", fault);
        }
    }

    private static byte[] ReadBytes(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            if (file.Length > MostBytes)
                throw Invalid(path, 1, "$", $"The file has {file.Length} bytes; a configuration file has at most {MostBytes}.", null);
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, $"Cannot read the configuration file '{path}': {fault.Message}", fault);
        }
    }

    private static List<ConfigurationValue> Parse(string path, byte[] json)
    {
        List<ConfigurationValue> values = [];
        string field = "$";
        try
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                throw Invalid(path, 1, field, "The file is not a JSON object.", null);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                field = reader.GetString()!;
                int line = LineAt(json, reader.TokenStartIndex);
                ConfigurationOption? option = ConfigurationOption.Find(field);
                if (option is null && field != SchemaKey)
                    throw Invalid(path, line, field, $"Option '{field}' does not exist.{Meant(field)}", field);
                if (values.Any(value => value.Option == option))
                    throw Invalid(path, line, field, "The option is set twice.", field);
                reader.Read();
                bool isScalar = reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray);
                if (option is null && isScalar)
                    continue;
                object? raw = isScalar ? RawOf(ref reader) : null;
                if (!isScalar || !option!.Rule.Convert(raw, out object? value))
                    throw Invalid(
                        path,
                        LineAt(json, reader.TokenStartIndex),
                        field,
                        $"Its value is not {option?.Rule.Accepts ?? "text"}.",
                        raw
                    );
                values.Add(new(option, value, path, line));
            }

            // Text after the object is an error, too.
            while (reader.Read()) { }
        }
        catch (JsonException fault)
        {
            throw Invalid(path, (int)(fault.LineNumber ?? 0) + 1, field, "The file is not valid JSON.", null, fault);
        }
        catch (InvalidOperationException fault)
        {
            throw Invalid(path, 1, field, "The file is not valid UTF-8.", null, fault);
        }

        return values;
    }

    private static string Meant(string field) =>
        ConfigurationOption.All.FirstOrDefault(option => option.Name.Equals(field, StringComparison.OrdinalIgnoreCase)) is { } meant
            ? $" Names are case-sensitive: '{meant.Name}'."
            : "";

    private static object? RawOf(ref Utf8JsonReader reader) =>
        reader.TokenType switch
        {
            JsonTokenType.True => true,
            JsonTokenType.False => false,
            JsonTokenType.Number => reader.TryGetDecimal(out decimal number)
                ? number
                : reader.GetDouble().ToString(System.Globalization.CultureInfo.InvariantCulture),
            JsonTokenType.String => reader.GetString(),
            _ => null,
        };

    private static JsonValue? JsonOf(object? value) =>
        value switch
        {
            null => null,
            TimeSpan duration => JsonValue.Create((decimal)duration.TotalSeconds),
            bool flag => JsonValue.Create(flag),
            int number => JsonValue.Create(number),
            decimal number => JsonValue.Create(number),
            _ => JsonValue.Create((string)value),
        };

    private static int LineAt(ReadOnlySpan<byte> json, long index) => json[..(int)index].Count((byte)'\n') + 1;

    private static NodeManagerException Invalid(string path, int line, string field, string why, object? target, Exception? cause = null) =>
        new(
            ErrorIds.ConfigurationFileInvalid,
            ErrorKind.InvalidData,
            $"Configuration file '{path}', line {line}, field '{field}': {why}",
            target ?? path,
            "Correct the file. Get-Help about_NodeManager_Configuration lists the options and their values; docs/reference/nodemanager.schema.json describes them to editors.",
            cause
        );

    private static NodeManagerException Unreadable(string path, string message, Exception cause) =>
        new(
            ErrorIds.ConfigurationFileUnreadable,
            cause is UnauthorizedAccessException ? ErrorKind.PermissionDenied : ErrorKind.ResourceUnavailable,
            message,
            path,
            "Check that the file exists and that you have the permission.",
            cause
        );
}
