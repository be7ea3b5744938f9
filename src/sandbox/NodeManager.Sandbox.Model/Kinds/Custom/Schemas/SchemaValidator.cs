using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace NodeManager.Sandbox.Model.Kinds.Custom.Schemas;

/// <summary>Validates an object against its schema, with the API's messages.</summary>
internal sealed class SchemaValidator(FieldErrors errors, int minor)
{
    // The minor version from which a wrong type has its own reason, an element its index, and an excess its message.
    private const int TypeReasonsFrom = 25;

    /// <summary>The field of faults that concern several schemas.</summary>
    private const string NoField = "<nil>";

    private bool IsRecent => minor >= TypeReasonsFrom;

    /// <summary>Validates an object: its schema, then embedded objects, then sets and maps.</summary>
    public void Check(JsonObject document, SchemaNode schema, string apiVersion)
    {
        CheckNode(document, schema, "");
        new EmbeddedResources(errors, IsRecent).Check(document, schema, "", apiVersion);
        new ListUniqueness(errors, IsRecent).Check(document, schema, "");
    }

    /// <summary>Validates a single value, such as a default.</summary>
    public void CheckNode(JsonNode? node, SchemaNode schema, string path)
    {
        errors.Aborted.ThrowIfCancellationRequested();
        if (node is null && schema.IsNullable)
            return;
        CheckType(node, schema, path);
        CheckCombinations(node, schema, path);
        switch (node)
        {
            case JsonObject members:
                CheckMembers(members, schema, path);
                break;
            case JsonArray list:
                CheckItems(list, schema, path);
                break;
            case JsonValue value when value.TryGetValue(out string? text):
                CheckText(text, schema, path);
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.Number:
                CheckNumber(value, schema, path);
                break;
        }

        CheckEnum(node, schema, path);
    }

    private static string TypeOf(JsonNode? node) =>
        node?.GetValueKind() switch
        {
            null or JsonValueKind.Null => "null",
            JsonValueKind.Object => "object",
            JsonValueKind.Array => "array",
            JsonValueKind.String => "string",
            JsonValueKind.True or JsonValueKind.False => "boolean",
            _ => IsWhole((JsonValue)node) ? "integer" : "number",
        };

    private static bool IsWhole(JsonValue number) =>
        number.AsNumber() is not null || (Read(number) is { } amount && decimal.Truncate(amount) == amount);

    private static decimal? Read(JsonValue number) =>
        decimal.TryParse(number.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal amount) ? amount : null;

    private static bool Fits(string actual, SchemaNode schema) =>
        schema.IsIntOrString
            ? actual is "integer" or "string"
            : schema.Type.Length == 0 || schema.Type == actual || (schema.Type == "number" && actual == "integer");

    private void CheckType(JsonNode? node, SchemaNode schema, string path)
    {
        string actual = TypeOf(node);
        if (!Fits(actual, schema))
            MustBe(path, schema.IsIntOrString ? "integer,string" : schema.Type, $"\"{actual}\"");
    }

    private void MustBe(string path, string type, string formatted) =>
        errors.Add(
            IsRecent ? "FieldValueTypeInvalid" : "FieldValueInvalid",
            path,
            $"Invalid value: {formatted}: {path} in body must be of type {type}: {formatted}"
        );

    private void CheckCombinations(JsonNode? node, SchemaNode schema, string path)
    {
        if (schema.AnyOf.Length > 0 && Try(node, schema.AnyOf, path, out FieldErrors any) == 0)
            AddCombined(path, "must validate at least one schema (anyOf)", any);
        if (schema.OneOf.Length > 0 && Try(node, schema.OneOf, path, out FieldErrors one) is not 1 and var valid)
        {
            if (valid == 0)
                AddCombined(path, "must validate one and only one schema (oneOf). Found none valid", one);
            else
                AddCombined(path, $"must validate one and only one schema (oneOf). Found {valid} valid alternatives", null);
        }

        if (schema.AllOf.Length > 0)
        {
            int before = errors.Faults.Count;
            foreach (SchemaNode part in schema.AllOf)
                CheckNode(node, part, path);
            if (errors.Faults.Count > before)
                AddCombined(path, "must validate all the schemas (allOf)", null);
        }

        if (schema.Not is { } not && Try(node, [not], path, out _) == 1)
            AddCombined(path, "must not validate the schema (not)", null);
    }

    // Returns the number of matching schemas, and the faults of the first that does not match.
    private int Try(JsonNode? node, SchemaNode[] schemas, string path, out FieldErrors first)
    {
        int met = 0;
        FieldErrors? kept = null;
        foreach (SchemaNode schema in schemas)
        {
            var attempt = new FieldErrors(minor) { Aborted = errors.Aborted };
            new SchemaValidator(attempt, minor).CheckNode(node, schema, path);
            if (attempt.Faults.Count == 0)
                met++;
            else
                kept ??= attempt;
        }

        first = kept ?? new(minor);
        return met;
    }

    private void AddCombined(string path, string detail, FieldErrors? more)
    {
        errors.Add("FieldValueInvalid", NoField, $"Invalid value: \"\": \"{path}\" {detail}");
        foreach ((string reason, string field, string message) in more?.Faults ?? [])
            errors.Add(reason, field, message);
    }

    private void CheckMembers(JsonObject members, SchemaNode schema, string path)
    {
        if (schema.MinProperties > members.Count)
            Should(path, IsRecent ? members.Count : schema.MinProperties, $"should have at least {schema.MinProperties} properties");
        if (schema.MaxProperties < members.Count)
            TooMany(path, members.Count, schema.MaxProperties.Value, "properties");
        foreach (string name in schema.Required)
            if (!members.ContainsKey(name))
                errors.Required(Join(path, name));
        foreach ((string name, JsonNode? value) in members)
        {
            // The API validates the members that all objects have.
            if (schema.IsRoot && name is "metadata" or "kind" or "apiVersion")
                continue;
            if (schema.Properties.TryGetValue(name, out SchemaNode? property))
                CheckNode(value, property, Join(path, name));
            else if (schema.Additional is { } additional)
                CheckNode(value, additional, Join(path, name));
        }
    }

    private void CheckItems(JsonArray list, SchemaNode schema, string path)
    {
        if (schema.Items is { } items)
            for (int i = 0; i < list.Count; i++)
                CheckNode(list[i], items, IsRecent ? $"{path}[{i}]" : path);
        if (schema.MinItems > list.Count)
            Should(path, list.Count, $"should have at least {schema.MinItems} items");
        if (schema.MaxItems < list.Count)
            TooMany(path, list.Count, schema.MaxItems.Value, "items");
    }

    private void CheckText(string text, SchemaNode schema, string path)
    {
        int length = new StringInfo(text).LengthInTextElements == text.Length ? text.Length : text.EnumerateRunes().Count();
        if (schema.MaxLength < length)
        {
            if (IsRecent)
                errors.Add("FieldValueTooLong", path, $"Too long: may not be more than {schema.MaxLength} bytes");
            else
                Should(path, text, $"should be at most {schema.MaxLength} chars long");
        }
        else if (schema.MinLength > length)
        {
            Should(path, text, $"should be at least {schema.MinLength} chars long");
        }
        else if (schema.Pattern is { } pattern && !Matches(pattern, text))
        {
            Should(path, text, $"should match '{schema.PatternText}'");
        }

        if (schema.Format.Length > 0 && !TextFormats.Fits(schema.Format, text))
            MustBe(path, schema.Format, Quote(text));
    }

    private static bool Matches(Regex pattern, string text)
    {
        try
        {
            return pattern.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    private void CheckNumber(JsonValue number, SchemaNode schema, string path)
    {
        if (Read(number) is not { } amount)
            return;
        if (IsRecent && schema.Format is "int32" && amount is < int.MinValue or > int.MaxValue)
            errors.Add(
                "FieldValueInvalid",
                NoField,
                $"Invalid value: \"\": Checked value must be of type integer with format int32 in {path}"
            );
        if (schema.MultipleOf is > 0 and var factor && amount % factor != 0)
            Should(path, number, $"should be a multiple of {Show(factor)}");
        if (schema.Maximum is { } maximum && (schema.IsMaximumExclusive ? amount >= maximum : amount > maximum))
            Should(path, number, $"should be less than {(schema.IsMaximumExclusive ? "" : "or equal to ")}{Show(maximum)}");
        if (schema.Minimum is { } minimum && (schema.IsMinimumExclusive ? amount <= minimum : amount < minimum))
            Should(path, number, $"should be greater than {(schema.IsMinimumExclusive ? "" : "or equal to ")}{Show(minimum)}");
    }

    private void CheckEnum(JsonNode? node, SchemaNode schema, string path)
    {
        if (schema.Enum is not { } allowed || allowed.Any(one => JsonNode.DeepEquals(one, node)))
            return;
        string[] formatted =
        [
            .. allowed.Select(static one =>
                one is JsonValue value && value.TryGetValue(out string? text) ? text : one?.ToJsonString() ?? "null"
            ),
        ];
        string actual = node is JsonValue given && given.TryGetValue(out string? own) ? Quote(own) : node?.ToJsonString() ?? "null";
        errors.NotSupported(path, actual, formatted);
    }

    private void Should(string path, JsonNode? value, string rule) => errors.Invalid(path, value, $"{path} in body {rule}");

    private void TooMany(string path, int count, long maximum, string what)
    {
        if (IsRecent)
            errors.Add("FieldValueTooMany", path, $"Too many: {count}: must have at most {maximum} items");
        else
            Should(path, what == "items" ? count : maximum, $"should have at most {maximum} {what}");
    }

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static string Quote(string text) =>
        new StringBuilder().Append('"').Append(text.Replace("\"", "\\\"", StringComparison.Ordinal)).Append('"').ToString();

    private static string Show(decimal amount) => amount.ToString("0.############################", CultureInfo.InvariantCulture);
}
