using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Sandbox.Access;
using NodeManager.Sandbox.Api.Bodies;
using NodeManager.Sandbox.Kinds;
using NodeManager.Sandbox.Store;

namespace NodeManager.Sandbox.Api;

/// <summary>Creates, updates, patches and deletes.</summary>
internal sealed class WriteHandler(ResourceRegistry registry, KindCatalog catalog, EscalationGuard guard)
{
    public async Task<ApiResponse> AnswerAsync(ApiRequest request, ResourcePath path, CancellationToken cancellationToken)
    {
        bool isCollection = path.Name.Length == 0;
        return request.Method switch
        {
            "POST" when isCollection => await CreateAsync(request, path, cancellationToken),
            "PUT" when !isCollection => await ReplaceAsync(request, path, cancellationToken),
            "PATCH" when !isCollection => await PatchAsync(request, path, cancellationToken),
            "DELETE" when isCollection => await DeleteCollectionAsync(request, path, cancellationToken),
            "DELETE" when path.Subresource.Length == 0 => await DeleteAsync(request, path, cancellationToken),
            _ => throw ApiErrors.MethodNotAllowed(),
        };
    }

    private async Task<ApiResponse> CreateAsync(ApiRequest request, ResourcePath path, CancellationToken cancellationToken)
    {
        bool isDryRun = DryRun.IsAsked(request.Query.All("dryRun"), "CreateOptions");
        ResourceRegistry author = registry.As(RequestAuthor.Of(request, path, "CreateOptions"));
        RequestDocument body = await RequestBody.ReadDocumentAsync(request, path.Kind.Kind, cancellationToken);
        JsonObject document = body.Root!.AsObject();
        CheckKind(path, document);
        if (path.Kind.Custom is { IsTerminating: true }) throw ApiErrors.DefinitionTerminating(path.Kind, document.Object("metadata").Text("name") ?? "", catalog.Minor);
        FieldValidation validation = FieldValidation.Of(request, "CreateOptions", catalog.Minor);
        validation.Apply(path.Kind, path.Version, document, body);
        string ns = path.Kind.IsNamespaced ? path.Namespace ?? document.Object("metadata").Text("namespace") ?? "default" : "";
        if (EscalationGuard.Guards(path.Kind)) guard.Check(request.User, path, document, null);
        StoredObject created = author.Create(path.Kind, ns, document, isDryRun, path.Version);
        return ObjectWriter.Answer(path, created, 201, Warnings(path, created, validation));
    }

    private async Task<ApiResponse> ReplaceAsync(ApiRequest request, ResourcePath path, CancellationToken cancellationToken)
    {
        bool isDryRun = DryRun.IsAsked(request.Query.All("dryRun"), "UpdateOptions");
        ResourceRegistry author = registry.As(RequestAuthor.Of(request, path, "UpdateOptions"));
        RequestDocument body = await RequestBody.ReadDocumentAsync(request, path.Kind.Kind, cancellationToken);
        JsonObject document = body.Root!.AsObject();
        FieldValidation validation = FieldValidation.Of(request, "UpdateOptions", catalog.Minor);
        if (path.Subresource != "scale")
        {
            CheckKind(path, document);
            validation.Apply(path.Kind, path.Version, document, body);
            if (string.IsNullOrEmpty(document.Object("metadata").Text("name"))) throw ApiErrors.NameMissing(path.Name);
        }

        return Write(author, request.User, path, (live, current) => Replace(path, live, current, document), validation, isDryRun);
    }

    private Task<ApiResponse> PatchAsync(ApiRequest request, ResourcePath path, CancellationToken cancellationToken) =>
        RequestBody.MediaType(request.ContentType) == ObjectPatch.ApplyType
            ? ApplyAsync(request, path, cancellationToken)
            : ChangeAsync(request, path, cancellationToken);

    private async Task<ApiResponse> ChangeAsync(ApiRequest request, ResourcePath path, CancellationToken cancellationToken)
    {
        bool isDryRun = DryRun.IsAsked(request.Query.All("dryRun"), "PatchOptions");
        if (request.Query["force"] is { Length: > 0 })
            throw ApiErrors.InvalidOption("PatchOptions", static errors => errors.Forbidden("force", "may not be specified for non-apply patch"));
        ResourceRegistry author = registry.As(RequestAuthor.Of(request, path, "PatchOptions"));
        ObjectPatch patch = await ObjectPatch.ReadAsync(request, path.Kind, cancellationToken);
        FieldValidation validation = FieldValidation.Of(request, "PatchOptions", catalog.Minor);
        return Write(author, request.User, path, (live, current) => Patch(path, live, current, patch, validation), validation, isDryRun);
    }

    private async Task<ApiResponse> ApplyAsync(ApiRequest request, ResourcePath path, CancellationToken cancellationToken)
    {
        bool isDryRun = DryRun.IsAsked(request.Query.All("dryRun"), "PatchOptions");
        if (request.Query["fieldManager"] is not { Length: > 0 })
            throw ApiErrors.InvalidOption("PatchOptions", static errors => errors.Required("fieldManager", "is required for apply patch"));
        ResourceRegistry author = registry.As(RequestAuthor.Of(request, path, "PatchOptions"));
        FieldValidation validation = FieldValidation.Of(request, "PatchOptions", catalog.Minor);
        RequestDocument body = await RequestBody.ReadAppliedAsync(request, cancellationToken);
        validation.Apply(body);
        JsonObject configuration = AppliedConfiguration.Check(path, body.Root, catalog.Minor);
        if (path.Kind.Custom is { IsTerminating: true }) throw ApiErrors.DefinitionTerminating(path.Kind, path.Name, catalog.Minor);
        if (EscalationGuard.Guards(path.Kind)) guard.Check(request.User, path, configuration, null);
        (StoredObject result, bool isNew) = author.Apply(
            path.Kind, path.ObjectNamespace, path.Name, configuration, ScopeOf(path), request.Query.IsTrue("force"), isDryRun, path.Version);
        return Answer(path, result, isNew ? 201 : 200, validation);
    }

    private ApiResponse Write(
        ResourceRegistry author, UserInfo user, ResourcePath path, Func<JsonObject, StoredObject, JsonObject> change, FieldValidation validation, bool isDryRun)
    {
        if (EscalationGuard.Guards(path.Kind)) change = Guarded(user, path, change);
        StoredObject result = author.Change(path.Kind, path.ObjectNamespace, path.Name, change, ScopeOf(path), isDryRun, path.Version);
        return Answer(path, result, 200, validation);
    }

    private static ApiResponse Answer(ResourcePath path, StoredObject result, int statusCode, FieldValidation validation) => path.Subresource == "scale"
        ? ApiResponse.Json(ScaleView.Of(path, result), statusCode)
        : ObjectWriter.Answer(path, result, statusCode, Warnings(path, result, validation));

    private static WriteScope ScopeOf(ResourcePath path) => path.Subresource switch
    {
        "status" => WriteScope.Status,
        "scale" => WriteScope.Scale,
        _ => WriteScope.Main,
    };

    private static IReadOnlyList<string> Warnings(ResourcePath path, StoredObject written, FieldValidation validation) =>
        path.Kind.RulesAt(path.Version).Warn is { } warn ? [.. validation.Warnings, .. warn(path.ToJson(written))] : validation.Warnings;

    private Func<JsonObject, StoredObject, JsonObject> Guarded(UserInfo user, ResourcePath path, Func<JsonObject, StoredObject, JsonObject> change) =>
        (live, current) =>
        {
            var old = live.DeepClone().AsObject();
            JsonObject changed = change(live, current);
            guard.Check(user, path, changed, old);
            return changed;
        };

    private static JsonObject Replace(ResourcePath path, JsonObject live, StoredObject current, JsonObject document)
    {
        if (path.Subresource == "scale")
        {
            ScaleView.Apply(path, live, document);
            return live;
        }

        string uid = document.Object("metadata").Text("uid") ?? "";
        return uid.Length == 0 || uid == current.Uid ? document.DeepClone().AsObject() : throw ApiErrors.ReplacedMeanwhile(path.Kind, current, uid);
    }

    private static JsonObject Patch(ResourcePath path, JsonObject live, StoredObject current, ObjectPatch patch, FieldValidation validation)
    {
        if (path.Subresource == "scale")
        {
            var scale = new JsonObject
            {
                ["metadata"] = live["metadata"]!.DeepClone(),
                ["spec"] = new JsonObject { ["replicas"] = ScaleView.Wanted(path, live) },
            };
            ScaleView.Apply(path, live, patch.Apply(path, scale));
            return live;
        }

        if (patch.ConcernsOwners && !current.Owners.IsEmpty) live["metadata"]!["managedFields"] = current.Owners.ToJson();
        JsonObject changed = patch.Apply(path, ObjectWriter.Complete(path, live));
        CheckKind(path, changed);
        validation.Apply(path.Kind, path.Version, changed, patch);
        if (string.IsNullOrEmpty(changed.Object("metadata").Text("name"))) throw ApiErrors.NameMissing(path.Name);
        return changed;
    }

    private static void CheckKind(ResourcePath path, JsonObject document)
    {
        foreach (string member in (ReadOnlySpan<string>)["kind", "apiVersion"])
            if (document[member] is { } value && value.GetValueKind() != JsonValueKind.String) throw BodyFaults.NoText(path.Kind.Kind, member, value);
        string kind = document.Text("kind") ?? path.Kind.Kind, stated = document.Text("apiVersion") ?? path.ApiVersion;
        if (kind == path.Kind.Kind && stated == path.ApiVersion) return;
        string version = stated[(stated.IndexOf('/', StringComparison.Ordinal) + 1)..];
        string why = stated == path.ApiVersion
            ? $"converting ({version}.{kind}) to ({path.Kind.Kind}): unknown conversion"
            : $"no kind \"{kind}\" is registered for version \"{stated}\" in scheme \"sandbox\"";
        throw ApiErrors.BadRequest($"{kind} in version \"{version}\" cannot be handled as a {path.Kind.Kind}: {why}");
    }

    private async Task<ApiResponse> DeleteAsync(ApiRequest request, ResourcePath path, CancellationToken cancellationToken)
    {
        DeletionRequest deletion = await DeletionReader.ReadAsync(request, cancellationToken);
        DeletionResult result = registry.Delete(path.Kind, path.ObjectNamespace, path.Name, deletion);
        if (!result.IsGone || path.Kind.ReturnsDeleted) return ObjectWriter.Answer(path, result.Object);
        var details = new JsonObject { ["name"] = path.Name };
        if (path.Kind.Group.Length > 0) details["group"] = path.Kind.Group;
        details["kind"] = path.Kind.Plural;
        details["uid"] = result.Object.Uid;
        return ApiResponse.Json(new()
        {
            ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(), ["status"] = "Success", ["details"] = details,
        });
    }

    private async Task<ApiResponse> DeleteCollectionAsync(ApiRequest request, ResourcePath path, CancellationToken cancellationToken)
    {
        if (path.Kind.IsNamespaced && path.Namespace is null) throw ApiErrors.MethodNotAllowed();
        ListQuery query = ListQuery.Parse(request, path);
        DeletionRequest deletion = await DeletionReader.ReadAsync(request, cancellationToken);
        var items = new JsonArray();
        foreach (StoredObject item in registry.Store.List(path.Kind).Objects.Walk(path.Namespace))
        {
            if (!query.Matches(item)) continue;
            try
            {
                items.Add(path.ToJson(registry.Delete(path.Kind, item.Namespace, item.Name, deletion).Object));
            }
            catch (ApiException refusal) when (refusal.Code == 404)
            {
                // Somebody else deleted it first: gone is what was wanted.
            }
        }

        return ApiResponse.Json(new()
        {
            ["kind"] = path.Kind.ListKind, ["apiVersion"] = path.ApiVersion,
            ["metadata"] = new JsonObject { ["resourceVersion"] = registry.Store.Version.ToString(System.Globalization.CultureInfo.InvariantCulture) },
            ["items"] = items,
        });
    }
}
