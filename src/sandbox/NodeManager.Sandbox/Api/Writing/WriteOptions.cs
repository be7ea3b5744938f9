using NodeManager.Sandbox.Api.Bodies;
using NodeManager.Sandbox.Api.Requests;
using NodeManager.Sandbox.Model.Kinds.Errors;
using NodeManager.Sandbox.Model.Ownership;

namespace NodeManager.Sandbox.Api.Writing;

/// <summary>The query parameters of writes, evictions and bindings.</summary>
internal sealed record WriteOptions
{
    private const int LongestManager = 128;

    public bool IsDryRun { get; private init; }

    /// <summary>The field manager of the request, by default from its user agent.</summary>
    public required FieldManager Author { get; init; }

    public required FieldValidation Validation { get; init; }

    /// <summary>See <see cref="IncomingRequest.Aborted"/>.</summary>
    public CancellationToken Aborted { get; private init; }

    /// <summary>Of an apply: take over fields of other managers.</summary>
    public bool Forces { get; private init; }

    /// <param name="options">The name of the options in messages, for example <c>CreateOptions</c>.</param>
    public static WriteOptions Read(IncomingRequest request, ResourcePath path, string options, int minor)
    {
        var errors = new FieldErrors(minor);
        if (options == "PatchOptions")
            CheckPatch(request, errors);
        string stated = request.Query["fieldManager"] ?? "";
        CheckManager(stated, errors);
        bool isDryRun = DryRun.Check(request.Query.All("dryRun"), errors);
        string mode = request.Query["fieldValidation"] ?? "";
        if (minor >= FieldValidation.ServedFrom && mode is not ("" or "Ignore" or "Warn" or "Strict"))
            errors.NotSupported("fieldValidation", $"\"{mode}\"", "", "Ignore", "Strict", "Warn");
        if (errors.Faults.Count > 0)
            throw StatusErrors.InvalidOptions(options, errors);

        string validation = mode.Length > 0 ? mode : "Warn";
        if (minor < FieldValidation.ServedFrom)
            validation = "Ignore";
        string name = stated.Length > 0 ? stated : request.UserAgent.Split('/')[0];
        return new()
        {
            IsDryRun = isDryRun,
            Author = new(name.Length > LongestManager ? name[..LongestManager] : name, path.ApiVersion),
            Validation = new(validation, minor),
            Forces = request.Query.IsTrue("force"),
            Aborted = request.Aborted,
        };
    }

    private static void CheckPatch(IncomingRequest request, FieldErrors errors)
    {
        bool isApply = RequestBody.MediaType(request.ContentType) == ObjectPatch.ApplyType;
        if (isApply && request.Query["fieldManager"] is not { Length: > 0 })
            errors.Required("fieldManager", "is required for apply patch");
        if (!isApply && request.Query["force"] is { Length: > 0 })
            errors.Forbidden("force", "may not be specified for non-apply patch");
    }

    private static void CheckManager(string name, FieldErrors errors)
    {
        if (name.Length > LongestManager)
            errors.TooLong("fieldManager", LongestManager);
        for (int i = 0; i < name.Length; i++)
        {
            if (!char.IsControl(name[i]))
                continue;
            errors.Invalid("fieldManager", name, $"invalid character U+{(int)name[i]:X4} (at position {i})");
            return;
        }
    }
}
