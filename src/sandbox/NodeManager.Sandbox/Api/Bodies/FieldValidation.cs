using NodeManager.Sandbox.Model.Kinds.Custom.Schemas;
using NodeManager.Sandbox.Model.Kinds.Errors;
using NodeManager.Sandbox.Model.Schema;

namespace NodeManager.Sandbox.Api.Bodies;

/// <summary>Handles unknown fields: they are never stored; the client chooses whether they are ignored, warned about or refused.</summary>
internal sealed class FieldValidation
{
    /// <summary>The minor version from which clients may choose.</summary>
    public const int ServedFrom = 25;

    private readonly string _mode;
    private readonly int _minor;
    private readonly List<string> _warnings = [];

    /// <param name="mode"><c>Ignore</c>, <c>Warn</c> or <c>Strict</c>.</param>
    public FieldValidation(string mode, int minor)
    {
        _mode = mode;
        _minor = minor;
    }

    /// <summary>In document order.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>Removes unknown fields and validates types.</summary>
    public void Apply(ResourceKind kind, string version, JsonObject document, RequestDocument body) =>
        Apply(
            kind,
            version,
            document,
            body,
            body.Describe(body.IsYaml),
            false,
            fault => StatusErrors.BadRequest($"{kind.Kind} in version \"{version}\" cannot be handled as a {kind.Kind}: {fault}")
        );

    public void Apply(ResourceKind kind, string version, JsonObject changed, ObjectPatch patch)
    {
        // The message shows the patched object before unknown fields are removed.
        string? formatted = _mode == "Strict" ? patch.Show(changed) : null;
        Apply(
            kind,
            version,
            changed,
            patch.Body,
            patch.Duplicates,
            patch.IsStrategic,
            fault => StatusErrors.UnusablePatch(formatted ?? patch.Show(changed), fault, _minor)
        );
    }

    /// <summary>For an applied configuration, where unknown fields are always errors.</summary>
    public void Apply(RequestDocument applied)
    {
        if (applied.Duplicates.Count == 0 || _mode == "Ignore")
            return;
        string[] descriptions = [.. applied.Describe(byLine: true)];
        if (_mode == "Strict")
            throw StatusErrors.BadRequest("error strict decoding YAML: error converting YAML to JSON: " + YamlFaults(descriptions));
        _warnings.AddRange(descriptions);
    }

    private void Apply(
        ResourceKind kind,
        string version,
        JsonObject document,
        RequestDocument body,
        IEnumerable<string> doubled,
        bool isConverted,
        Func<string, ApiException> refuse
    )
    {
        if (kind.Custom is null && ValueTypes.FindFault(document, kind.SchemaType, isConverted) is { } fault)
            throw refuse(fault);
        List<string> paths = kind.Custom is { } custom
            ? SchemaPruning.Prune(document, custom.At(version).Schema)
            : UnknownFields.Prune(document, kind.SchemaType, _minor);
        string[] duplicates = [.. doubled],
            unknown = [.. paths.Select(static path => $"unknown field \"{path}\"")];
        if (kind.Custom is null && duplicates.Length + unknown.Length > RequestDocument.MaximumDuplicates)
            unknown = unknown[..Math.Max(0, RequestDocument.MaximumDuplicates - duplicates.Length)];
        if (_mode == "Ignore" || (duplicates.Length == 0 && unknown.Length == 0))
            return;
        if (_mode == "Strict")
        {
            string[] descriptions = body.IsYaml && duplicates.Length > 0 ? [YamlFaults(duplicates)] : duplicates;
            throw refuse($"strict decoding error: {string.Join(", ", [.. descriptions, .. unknown])}");
        }

        // A retried change must not repeat its warnings.
        _warnings.Clear();
        _warnings.AddRange(duplicates);
        _warnings.AddRange(unknown);
    }

    private static string YamlFaults(string[] faults) => $"yaml: unmarshal errors:\n  {string.Join("\n  ", faults)}";
}
