using System.Text.Json.Nodes;
using NodeManager.Sandbox.Model.Kinds.Custom.Schemas;
using NodeManager.Sandbox.Model.Kinds.Errors;
using NodeManager.Sandbox.Model.Resources;
using NodeManager.Sandbox.Model.Schema;

namespace NodeManager.Sandbox.Api.Bodies;

/// <summary>What becomes of fields that a kind does not have: they are never stored; whether one hears of it, the client says.</summary>
internal sealed class FieldValidation
{
    /// <summary>The minor version of Kubernetes from which clients may say it.</summary>
    public const int ServedFrom = 25;

    private readonly string _mode;
    private readonly int _minor;
    private readonly List<string> _warnings = [];

    /// <param name="mode"><c>Ignore</c>, <c>Warn</c> or <c>Strict</c>.</param>
    /// <param name="minor">The Kubernetes that is served.</param>
    public FieldValidation(string mode, int minor)
    {
        _mode = mode;
        _minor = minor;
    }

    /// <summary>For the client, in the order of the document.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>Removes what the kind does not have, and checks that what is there can stand where it does.</summary>
    /// <exception cref="ApiException">400: it cannot, or there is what the client does not want.</exception>
    public void Apply(ResourceKind kind, string version, JsonObject document, RequestDocument body) =>
        Apply(
            kind,
            version,
            document,
            body,
            body.Told(body.IsYaml),
            false,
            fault => StatusErrors.BadRequest($"{kind.Kind} in version \"{version}\" cannot be handled as a {kind.Kind}: {fault}")
        );

    /// <summary>The same for what a patch made of an object.</summary>
    /// <exception cref="ApiException">422.</exception>
    public void Apply(ResourceKind kind, string version, JsonObject changed, ObjectPatch patch)
    {
        // What the patch made is shown as it was before anything is taken out.
        string? shown = _mode == "Strict" ? patch.Show(changed) : null;
        Apply(
            kind,
            version,
            changed,
            patch.Body,
            patch.Duplicates,
            patch.IsStrategic,
            fault => StatusErrors.UnusablePatch(shown ?? patch.Show(changed), fault, _minor)
        );
    }

    /// <summary>For what is applied, of which nothing may be unknown anyway.</summary>
    /// <exception cref="ApiException">400.</exception>
    public void Apply(RequestDocument applied)
    {
        if (applied.Duplicates.Count == 0 || _mode == "Ignore")
            return;
        string[] told = [.. applied.Told(byLine: true)];
        if (_mode == "Strict")
            throw StatusErrors.BadRequest("error strict decoding YAML: error converting YAML to JSON: " + YamlFaults(told));
        _warnings.AddRange(told);
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
        if (kind.Custom is null && duplicates.Length + unknown.Length > RequestDocument.MostDuplicates)
            unknown = unknown[..Math.Max(0, RequestDocument.MostDuplicates - duplicates.Length)];
        if (_mode == "Ignore" || (duplicates.Length == 0 && unknown.Length == 0))
            return;
        if (_mode == "Strict")
        {
            string[] told = body.IsYaml && duplicates.Length > 0 ? [YamlFaults(duplicates)] : duplicates;
            throw refuse($"strict decoding error: {string.Join(", ", [.. told, .. unknown])}");
        }

        // A change is made again when another writer was faster; it is told once.
        _warnings.Clear();
        _warnings.AddRange(duplicates);
        _warnings.AddRange(unknown);
    }

    private static string YamlFaults(string[] faults) => $"yaml: unmarshal errors:\n  {string.Join("\n  ", faults)}";
}
