using System.Text.Json.Nodes;
using NodeManager.Sandbox.CustomResources.Schemas;
using NodeManager.Sandbox.Kinds;
using NodeManager.Sandbox.Kinds.Schema;

namespace NodeManager.Sandbox.Api;

/// <summary>What becomes of fields that a kind does not have: they are never stored; whether one hears of it, the client says.</summary>
internal sealed class FieldValidation
{
    /// <summary>The minor version of Kubernetes from which clients may say it.</summary>
    public const int ServedFrom = 25;

    private readonly string _mode;
    private readonly List<string> _warnings = [];

    private FieldValidation(string mode) => _mode = mode;

    /// <summary>For the client, in the order of the document.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <param name="request">Whose query says it.</param>
    /// <param name="options">How the API names the request's options.</param>
    /// <param name="minor">The Kubernetes that is served.</param>
    /// <exception cref="ApiException">422: not a way that there is.</exception>
    public static FieldValidation Of(ApiRequest request, string options, int minor)
    {
        if (minor < ServedFrom) return new("Ignore");
        string mode = request.Query["fieldValidation"] is { Length: > 0 } stated ? stated : "Warn";
        return mode is "Ignore" or "Warn" or "Strict" ? new(mode) : throw ApiErrors.UnsupportedFieldValidation(options, mode);
    }

    /// <summary>Removes what the kind does not have.</summary>
    /// <exception cref="ApiException">400: there is such, and the client wants none.</exception>
    public void Apply(ResourceKind kind, string version, JsonObject document)
    {
        List<string> paths = kind.Custom is { } custom
            ? SchemaPruning.Prune(document, custom.At(version).Schema)
            : UnknownFields.Prune(document, kind.SchemaType);
        string[] unknown = [.. paths.Select(static path => $"unknown field \"{path}\"")];
        if (unknown.Length == 0 || _mode == "Ignore") return;
        if (_mode == "Strict")
        {
            throw ApiErrors.BadRequest(
                $"{kind.Kind} in version \"{version}\" cannot be handled as a {kind.Kind}: strict decoding error: {string.Join(", ", unknown)}");
        }

        // A change is made again when another writer was faster; it is told once.
        _warnings.Clear();
        _warnings.AddRange(unknown);
    }
}
