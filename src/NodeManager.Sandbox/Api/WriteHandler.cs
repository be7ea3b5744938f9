using System.Text.Json.Nodes;
using NodeManager.Sandbox.Access;
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
        JsonObject document = await RequestBody.ReadObjectAsync(request, path.Kind.Kind, cancellationToken);
        CheckKind(path, document);
        if (path.Kind.Custom is { IsTerminating: true }) throw ApiErrors.DefinitionTerminating("create");
        FieldValidation validation = FieldValidation.Of(request, "CreateOptions", catalog.Minor);
        validation.Apply(path.Kind, path.Version, document);
        string ns = path.Kind.IsNamespaced ? path.Namespace ?? document.Object("metadata").Text("namespace") ?? "default" : "";
        if (EscalationGuard.Guards(path.Kind)) guard.Check(request.User, path, document, null);
        StoredObject created = registry.Create(path.Kind, ns, document, isDryRun, path.Version);
        return ObjectWriter.Answer(path, created, 201, Warnings(path, created, validation));
    }

    private async Task<ApiResponse> ReplaceAsync(ApiRequest request, ResourcePath path, CancellationToken cancellationToken)
    {
        bool isDryRun = DryRun.IsAsked(request.Query.All("dryRun"), "UpdateOptions");
        JsonObject document = await RequestBody.ReadObjectAsync(request, path.Kind.Kind, cancellationToken);
        FieldValidation validation = FieldValidation.Of(request, "UpdateOptions", catalog.Minor);
        if (path.Subresource != "scale")
        {
            CheckKind(path, document);
            validation.Apply(path.Kind, path.Version, document);
        }

        return Write(request.User, path, current => Replace(path, current, document), validation, isDryRun);
    }

    private async Task<ApiResponse> PatchAsync(ApiRequest request, ResourcePath path, CancellationToken cancellationToken)
    {
        bool isDryRun = DryRun.IsAsked(request.Query.All("dryRun"), "PatchOptions");
        ObjectPatch patch = await ObjectPatch.ReadAsync(request, path.Kind, cancellationToken);
        FieldValidation validation = FieldValidation.Of(request, "PatchOptions", catalog.Minor);
        return Write(request.User, path, current => Patch(path, current, patch, validation), validation, isDryRun);
    }

    private ApiResponse Write(UserInfo user, ResourcePath path, Func<JsonObject, JsonObject> change, FieldValidation validation, bool isDryRun)
    {
        if (EscalationGuard.Guards(path.Kind)) change = Guarded(user, path, change);
        StoredObject result = path.Subresource == "status"
            ? registry.UpdateStatus(path.Kind, path.ObjectNamespace, path.Name, change, isDryRun, path.Version)
            : registry.Update(path.Kind, path.ObjectNamespace, path.Name, change, isDryRun, path.Version);
        return path.Subresource == "scale" ? ApiResponse.Json(ScaleView.Of(path, result)) : ObjectWriter.Answer(path, result, 200, Warnings(path, result, validation));
    }

    private static IReadOnlyList<string> Warnings(ResourcePath path, StoredObject written, FieldValidation validation) =>
        path.Kind.RulesAt(path.Version).Warn is { } warn ? [.. validation.Warnings, .. warn(path.ToJson(written))] : validation.Warnings;

    private Func<JsonObject, JsonObject> Guarded(UserInfo user, ResourcePath path, Func<JsonObject, JsonObject> change) => current =>
    {
        var old = current.DeepClone().AsObject();
        JsonObject changed = change(current);
        guard.Check(user, path, changed, old);
        return changed;
    };

    private static JsonObject Replace(ResourcePath path, JsonObject current, JsonObject document)
    {
        if (path.Subresource != "scale") return document.DeepClone().AsObject();
        ScaleView.Apply(path, current, document);
        return current;
    }

    private static JsonObject Patch(ResourcePath path, JsonObject current, ObjectPatch patch, FieldValidation validation)
    {
        if (path.Subresource == "scale")
        {
            var scale = new JsonObject
            {
                ["metadata"] = current["metadata"]!.DeepClone(),
                ["spec"] = new JsonObject { ["replicas"] = ScaleView.Wanted(path, current) },
            };
            ScaleView.Apply(path, current, patch.Apply(path, scale));
            return current;
        }

        JsonObject changed = patch.Apply(path, ObjectWriter.Complete(path, current));
        CheckKind(path, changed);
        validation.Apply(path.Kind, path.Version, changed);
        return changed;
    }

    private static void CheckKind(ResourcePath path, JsonObject document)
    {
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
