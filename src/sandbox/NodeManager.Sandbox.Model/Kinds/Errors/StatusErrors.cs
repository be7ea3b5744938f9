using NodeManager.Sandbox.Model.Ownership;
using NodeManager.Sandbox.Model.Store;

namespace NodeManager.Sandbox.Model.Kinds.Errors;

internal static class StatusErrors
{
    private const int TerminatingIsForbiddenFrom = 22;
    private const int RepresentationsFrom = 27;

    public static ApiException NotFound(ResourceKind kind, string name) =>
        new(404, "NotFound", $"{kind.QualifiedResource} \"{name}\" not found", Details(kind, name));

    public static ApiException PathNotFound() => new(404, "NotFound", "the server could not find the requested resource", new JsonObject());

    public static ApiException AlreadyExists(ResourceKind kind, string name, bool isDeleting = false) =>
        new(
            409,
            "AlreadyExists",
            $"{(isDeleting ? "object is being deleted: " : "")}{kind.QualifiedResource} \"{name}\" already exists",
            Details(kind, name)
        );

    public static ApiException Conflict(ResourceKind kind, string name, string why) =>
        new(409, "Conflict", $"Operation cannot be fulfilled on {kind.QualifiedResource} \"{name}\": {why}", Details(kind, name));

    /// <summary>409 for a deletion, which names the kind, not the resource.</summary>
    public static ApiException PreconditionFailed(ResourceKind kind, string name, string why)
    {
        JsonObject details = Details(kind, name);
        details["kind"] = kind.Kind;
        return new(409, "Conflict", $"Operation cannot be fulfilled on {kind.QualifiedKind} \"{name}\": {why}", details);
    }

    public static ApiException Modified(ResourceKind kind, string name) =>
        Conflict(kind, name, "the object has been modified; please apply your changes to the latest version and try again");

    /// <summary>409 for an apply that conflicts with other managers.</summary>
    /// <param name="version">The version to report for all managers; null for each one's own.</param>
    public static ApiException ApplyConflict(IReadOnlyList<(ManagedFieldsEntry Owner, string Path)> conflicts, string? version)
    {
        (string Owner, string Path)[] entries = [.. conflicts.Select(conflict => (Show(conflict.Owner, version), conflict.Path))];
        IEnumerable<string> groups = entries
            .GroupBy(static conflict => conflict.Owner)
            .OrderBy(static group => group.Key, StringComparer.Ordinal)
            .Select(static group => $"conflicts with {group.Key}:{string.Concat(group.Select(static conflict => "\n- " + conflict.Path))}");
        string message = entries is [var only]
            ? $"Apply failed with 1 conflict: conflict with {only.Owner}: {only.Path}"
            : $"Apply failed with {entries.Length} conflicts: {string.Join("\n", groups)}";
        return new(
            409,
            "Conflict",
            message,
            new JsonObject
            {
                ["causes"] = new JsonArray([
                    .. entries.Select(static conflict => Cause("FieldManagerConflict", $"conflict with {conflict.Owner}", conflict.Path)),
                ]),
            }
        );
    }

    private static string Show(ManagedFieldsEntry owner, string? version)
    {
        string through = owner.Subresource.Length == 0 ? "" : $" with subresource \"{owner.Subresource}\"";
        return $"\"{owner.Manager}\"{through}{(owner.IsApplied ? "" : " using " + (version ?? owner.ApiVersion))}";
    }

    public static ApiException Invalid(ResourceKind kind, string name, FieldErrors errors) =>
        Invalid(kind.QualifiedKind, kind.Group, kind.Kind, name, errors);

    /// <summary>422 for a replacement without a resourceVersion.</summary>
    public static ApiException MissingResourceVersion(ResourceKind kind, string name, int minor)
    {
        var errors = new FieldErrors(minor);
        errors.AddInvalid("metadata.resourceVersion", minor < FieldErrors.JsonValuesFrom ? "0x0" : "0", "must be specified for an update");
        return Invalid(kind.QualifiedResource, kind.Group, kind.Plural, name, errors);
    }

    private static ApiException Invalid(string qualifiedKind, string group, string kind, string name, FieldErrors errors)
    {
        string[] faults = [.. errors.Faults.Select(fault => $"{fault.Field}: {fault.Detail}")];
        string message = faults.Length == 1 ? faults[0] : $"[{string.Join(", ", faults)}]";
        var details = new JsonObject();
        if (name.Length > 0)
            details["name"] = name;
        if (group.Length > 0)
            details["group"] = group;
        if (kind.Length > 0)
            details["kind"] = kind;
        details["causes"] = new JsonArray([.. errors.Faults.Select(fault => Cause(fault.Reason, fault.Detail, fault.Field))]);
        return new(422, "Invalid", $"{qualifiedKind} \"{name}\" is invalid: {message}", details);
    }

    /// <summary>422: the patched document is invalid.</summary>
    public static ApiException UnusablePatch(string shown, string why, int minor)
    {
        var errors = new FieldErrors(minor);
        errors.Invalid("patch", shown, why);
        return Invalid("", "", "", "", errors);
    }

    public static ApiException NameMissing(string name) =>
        BadRequest($"the name of the object ({name} based on URL) was undeterminable: name must be provided");

    /// <summary>409: an object with another UID has this name now.</summary>
    public static ApiException ReplacedMeanwhile(ResourceKind kind, StoredObject current, string uid)
    {
        string key = $"/registry/{kind.Plural}/{(current.Namespace.Length > 0 ? current.Namespace + "/" : "")}{current.Name}";
        return Conflict(
            kind,
            current.Name,
            $"StorageError: invalid object, Code: 4, Key: {key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: "
                + $"UID in precondition: {uid}, UID in object meta: {current.Uid}"
        );
    }

    public static ApiException BadRequest(string message) => new(400, "BadRequest", message);

    public static ApiException Forbidden(ResourceKind kind, string name, string why, JsonObject? cause = null)
    {
        JsonObject details = Details(kind, name);
        if (cause is not null)
            details["causes"] = new JsonArray(cause);
        return new(403, "Forbidden", $"{kind.QualifiedResource} \"{name}\" is forbidden: {why}", details);
    }

    /// <summary>422 for a review, which has neither kind nor name.</summary>
    public static ApiException InvalidReview(string group, FieldErrors errors) => Invalid("." + group, group, "", "", errors);

    public static ApiException Unauthorized() => new(401, "Unauthorized", "Unauthorized");

    public static ApiException MethodNotAllowed() =>
        new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", new JsonObject());

    /// <summary>406: object metadata requested for a list, or list metadata for an object.</summary>
    public static ApiException WrongMetadata(string type, bool isList) =>
        new(
            406,
            "NotAcceptable",
            isList
                ? $"you requested PartialObjectMetadata, but the requested object is a list (*{type})"
                : $"you requested PartialObjectMetadataList, but the requested object is not a list (*{type})"
        );

    /// <summary>403, or 405 on old servers: the definition of the kind is being deleted.</summary>
    public static ApiException DefinitionTerminating(ResourceKind kind, string name, int minor)
    {
        const string Why = "create not allowed while custom resource definition is terminating";
        return minor < TerminatingIsForbiddenFrom
            ? new(405, "MethodNotAllowed", Why, new JsonObject { ["group"] = kind.Group, ["kind"] = kind.Plural })
            : Forbidden(kind, name, Why);
    }

    /// <summary>406: no acceptable media type.</summary>
    public static ApiException NotAcceptable(bool isForm, bool isList, int minor)
    {
        const string Types = "application/json, application/yaml, application/vnd.kubernetes.protobuf";
        if (isForm)
            return new(406, "NotAcceptable", $"only the following media types are accepted: {Types}");
        string offered =
            minor < RepresentationsFrom
                ? ""
                : $"\n\nAvailable representations: {Types}{(isList ? ", application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch" : "")}";
        return new(406, "NotAcceptable", "406: Not Acceptable" + offered, new JsonObject());
    }

    public static ApiException UnsupportedMediaType(params ReadOnlySpan<string> types) =>
        new(
            415,
            "UnsupportedMediaType",
            $"the body of the request was in an unknown format - accepted media types include: {string.Join(", ", types.ToArray())}"
        );

    /// <summary>415 for a patch of an unknown kind.</summary>
    public static ApiException UnsupportedPatch() => new(415, "UnsupportedMediaType", "415: Unsupported Media Type", new JsonObject());

    public static ApiException Expired(string message) => new(410, "Expired", message);

    /// <summary>504: a future resourceVersion.</summary>
    public static ApiException TooLargeResourceVersion(long requested, long current) =>
        new(
            504,
            "Timeout",
            $"Timeout: Too large resource version: {requested}, current: {current}",
            new JsonObject
            {
                ["causes"] = new JsonArray(Cause("ResourceVersionTooLarge", "Too large resource version")),
                ["retryAfterSeconds"] = 1,
            }
        );

    /// <summary>429 for evictions, with Retry-After where the server sets it.</summary>
    public static ApiException TooManyRequests(string message, int retryAfterSeconds, JsonObject? cause)
    {
        var details = new JsonObject();
        if (cause is not null)
            details["causes"] = new JsonArray(cause);
        if (retryAfterSeconds > 0)
            details["retryAfterSeconds"] = retryAfterSeconds;
        return new(429, "TooManyRequests", message, details);
    }

    /// <summary>500 without reason and details.</summary>
    public static ApiException Unclassified(string message) => new(500, "", message);

    public static ApiException Internal(string message) =>
        new(
            500,
            "InternalError",
            $"Internal error occurred: {message}",
            new JsonObject { ["causes"] = new JsonArray(new JsonObject { ["message"] = message }) }
        );

    public static JsonObject Cause(string reason, string message, string? field = null)
    {
        var cause = new JsonObject { ["reason"] = reason, ["message"] = message };
        if (field is not null)
            cause["field"] = field;
        return cause;
    }

    /// <summary>422 for options of a request, such as <c>DeleteOptions</c>.</summary>
    public static ApiException InvalidOptions(string kind, FieldErrors errors) =>
        Invalid(kind + ".meta.k8s.io", "meta.k8s.io", kind, "", errors);

    private static JsonObject Details(ResourceKind kind, string name)
    {
        var details = new JsonObject { ["name"] = name };
        if (kind.Group.Length > 0)
            details["group"] = kind.Group;
        details["kind"] = kind.Plural;
        return details;
    }
}
