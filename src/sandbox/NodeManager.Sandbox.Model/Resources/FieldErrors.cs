using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace NodeManager.Sandbox.Model.Resources;

/// <summary>Collects validation errors with the API's messages.</summary>
internal sealed partial class FieldErrors(int minor)
{
    /// <summary>The minor version from which messages show values as JSON; before, in Go syntax.</summary>
    public const int JsonValuesFrom = 32;

    private const int BytesFrom = 32;
    private const int LabelKeysFrom = 34;
    private const int LettersFrom = 21;

    // A body may hold a million elements with faults.
    private const int MaximumFaults = 1000;

    private readonly List<(string Reason, string Field, string Detail)> _faults = [];

    /// <summary>Determines rules and messages.</summary>
    public int Minor => minor;

    public IReadOnlyList<(string Reason, string Field, string Detail)> Faults => _faults;

    /// <summary>Cancelled when the request is aborted.</summary>
    public CancellationToken Aborted { get; init; }

    public void Required(string field, string detail = "") =>
        Add("FieldValueRequired", field, detail.Length == 0 ? "Required value" : "Required value: " + detail);

    /// <summary>Adds a fault with its own message.</summary>
    public void Add(string reason, string field, string detail)
    {
        if (_faults.Count < MaximumFaults)
            _faults.Add((reason, field, detail));
    }

    public void Invalid(string field, JsonNode? value, string detail) => AddInvalid(field, Show(value), detail);

    /// <summary>Adds all violations of a rule for texts.</summary>
    /// <returns>True if valid.</returns>
    public bool Check(string field, string value, Func<string, string[]> rule)
    {
        string[] faults = rule(value);
        foreach (string fault in faults)
            Invalid(field, value, fault);
        return faults.Length == 0;
    }

    /// <summary>Invalid, with the value shown unquoted.</summary>
    public void AddInvalid(string field, string value, string detail) =>
        Add("FieldValueInvalid", field, $"Invalid value: {value}: {ForVersion(detail)}");

    /// <param name="value">As shown: text in quotes.</param>
    public void NotSupported(string field, string value, params ReadOnlySpan<string> supported)
    {
        string list = string.Join(", ", supported.ToArray().Select(one => $"\"{one}\""));
        Add("FieldValueNotSupported", field, $"Unsupported value: {value}: supported values: {list}");
    }

    public void Duplicate(string field, JsonNode? value) => Add("FieldValueDuplicate", field, $"Duplicate value: {Show(value)}");

    public void Duplicate(string field, string formatted, string detail) =>
        Add("FieldValueDuplicate", field, $"Duplicate value: {formatted}: {detail}");

    public void TooLong(string field, int bytes) =>
        Add("FieldValueTooLong", field, $"Too long: {(minor >= BytesFrom ? "may not be more than" : "must have at most")} {bytes} bytes");

    public void Forbidden(string field, string detail) => Add("FieldValueForbidden", field, $"Forbidden: {detail}");

    /// <summary>A time as messages of this version show it: as JSON, or in Go syntax.</summary>
    public string Time(string text) =>
        minor >= BytesFrom || !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset time)
            ? $"\"{text}\""
            : time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss '+0000 UTC'", CultureInfo.InvariantCulture);

    private static string Show(JsonNode? value) => value is null ? "null" : value.ToJsonString(Relaxed);

    private static readonly JsonSerializerOptions Relaxed = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        TypeInfoResolver = System.Text.Json.Serialization.Metadata.JsonTypeInfoResolver.Combine(),
    };

    // Rules have today's words; this maps words that other versions use.
    private string ForVersion(string detail)
    {
        if (minor >= LabelKeysFrom)
            detail = detail.Replace("a qualified name must", "a valid label key must", StringComparison.Ordinal);
        if (minor < LettersFrom)
            detail = detail.Replace(
                "must contain at least one letter (a-z)",
                "must contain at least one letter or number (a-z, 0-9)",
                StringComparison.Ordinal
            );
        return minor < BytesFrom ? Bytes().Replace(detail, "must be no more than $1 characters") : detail;
    }

    [GeneratedRegex(@"must be no more than (\d+) bytes")]
    private static partial Regex Bytes();
}
