using System.Text.Json;
using NodeManager.Kubernetes.Validation;
using NodeManager.Sandbox.Api.Access;
using NodeManager.Sandbox.Api.Bodies;
using NodeManager.Sandbox.Api.Custom;
using NodeManager.Sandbox.Api.Reading;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Api.Requests;
using NodeManager.Sandbox.Model.Kinds.Access;
using NodeManager.Sandbox.Model.Kinds.Errors;
using NodeManager.Sandbox.Model.Kinds.Strategies;
using NodeManager.Sandbox.Model.Schema;

namespace NodeManager.Sandbox.Api.Writing;

internal sealed class WriteHandler(ResourceRegistry registry, KindCatalog catalog, AccessControl access)
{
    private const int NameWarningsFrom = 24;
    private const int OrphansToldFrom = 22;

    private readonly EscalationGuard _guard = new(access);

    public async Task<ApiResponse> AnswerAsync(IncomingRequest request, ResourcePath path, CancellationToken cancellationToken)
    {
        bool isCollection = path.Name.Length == 0;
        return request.Method switch
        {
            // A custom object may be posted to its own path.
            "POST" when isCollection || (path.Kind.Custom is not null && path.Subresource.Length == 0) => await CreateAsync(
                request,
                path,
                cancellationToken
            ),
            "PUT" when !isCollection => await ReplaceAsync(request, path, cancellationToken),
            "PATCH" when !isCollection => await PatchAsync(request, path, cancellationToken),
            "DELETE" when isCollection => await DeleteCollectionAsync(request, path, cancellationToken),
            "DELETE" when path.Subresource.Length == 0 => await DeleteAsync(request, path, cancellationToken),
            _ => throw StatusErrors.MethodNotAllowed(),
        };
    }

    private async Task<ApiResponse> CreateAsync(IncomingRequest request, ResourcePath path, CancellationToken cancellationToken)
    {
        if (path.Kind.IsNamespaced && path.Namespace is null)
            throw StatusErrors.MethodNotAllowed();
        RequestBody.RequireReadable(request.ContentType);
        WriteOptions options = WriteOptions.Read(request, path, "CreateOptions", catalog.Minor);
        RequestDocument body = await RequestBody.ReadDocumentAsync(request, path.Kind.Kind, cancellationToken);
        JsonObject document = body.Root!.AsObject();
        CheckKind(path, document);
        if (path.Kind.Custom is { IsTerminating: true })
            throw StatusErrors.DefinitionTerminating(path.Kind, document.Object("metadata").Text("name") ?? "", catalog.Minor);
        options.Validation.Apply(path.Kind, path.Version, document, body);
        return Create(request, path, document, options);
    }

    private ApiResponse Create(IncomingRequest request, ResourcePath path, JsonObject document, WriteOptions options)
    {
        if (EscalationGuard.Guards(path.Kind))
            _guard.Check(request.User, path, document, null);
        if (path.Kind == PassiveKinds.CertificateSigningRequests)
            CertificateRules.SetRequester(document, request.User);
        string? doubled = OwnerReferences.RemoveDuplicates(document);
        StoredObject created = Warned(
            () =>
                registry
                    .As(options.Author, options.Aborted)
                    .Create(path.Kind, path.ObjectNamespace, document, options.IsDryRun, path.Version),
            () => Warnings(options.Validation, doubled)
        );
        return ObjectWriter.Answer(
            path,
            created,
            201,
            [.. Warnings(options.Validation, doubled), .. NameWarnings(path, created), .. OwnWarnings(path, created)]
        );
    }

    private async Task<ApiResponse> ReplaceAsync(IncomingRequest request, ResourcePath path, CancellationToken cancellationToken)
    {
        WriteOptions options = WriteOptions.Read(request, path, "UpdateOptions", catalog.Minor);
        RequestDocument body = await RequestBody.ReadDocumentAsync(request, path.Kind.Kind, cancellationToken);
        JsonObject document = body.Root!.AsObject();
        if (path.Subresource == "scale")
        {
            ScaleView.Check(path, document, catalog.Minor);
        }
        else
        {
            CheckKind(path, document);
            options.Validation.Apply(path.Kind, path.Version, document, body);
            if (string.IsNullOrEmpty(document.Object("metadata").Text("name")))
                throw StatusErrors.NameMissing(path.Name);
        }

        bool creates =
            path.Kind.CreatesOnUpdate
            && path.Subresource.Length == 0
            && registry.Store.Get(path.Kind, path.ObjectNamespace, path.Name) is null;
        if (creates)
        {
            RequireCreate(request.User, path);
            UpdatePreparation.CheckName(path.Kind, path.ObjectNamespace, path.Name, document.Ensure("metadata"), catalog.Minor);
            return Create(request, path, document, options);
        }

        return Write(request.User, path, (live, current) => Replace(path, live, current, document), options);
    }

    private Task<ApiResponse> PatchAsync(IncomingRequest request, ResourcePath path, CancellationToken cancellationToken) =>
        RequestBody.MediaType(request.ContentType) == ObjectPatch.ApplyType
            ? ApplyAsync(request, path, cancellationToken)
            : ChangeAsync(request, path, cancellationToken);

    private async Task<ApiResponse> ChangeAsync(IncomingRequest request, ResourcePath path, CancellationToken cancellationToken)
    {
        ObjectPatch.RequireType(request, path.Kind);
        WriteOptions options = WriteOptions.Read(request, path, "PatchOptions", catalog.Minor);
        ObjectPatch patch = await ObjectPatch.ReadAsync(
            request,
            registry.Store.Get(path.Kind, path.ObjectNamespace, path.Name) is not null,
            catalog.Minor,
            cancellationToken
        );
        return Write(request.User, path, (live, current) => Patch(path, live, current, patch, options.Validation), options);
    }

    private async Task<ApiResponse> ApplyAsync(IncomingRequest request, ResourcePath path, CancellationToken cancellationToken)
    {
        WriteOptions options = WriteOptions.Read(request, path, "PatchOptions", catalog.Minor);
        RequestDocument body = await RequestBody.ReadAppliedAsync(request, cancellationToken);
        options.Validation.Apply(body);
        JsonObject configuration = AppliedConfiguration.Check(path, body.Root, catalog.Minor);
        if (path.Kind.Custom is { IsTerminating: true })
            throw StatusErrors.DefinitionTerminating(path.Kind, path.Name, catalog.Minor);
        (StoredObject result, bool isNew) = registry
            .As(options.Author, options.Aborted)
            .Apply(
                path.Kind,
                path.ObjectNamespace,
                path.Name,
                configuration,
                ScopeOf(path),
                options.Forces,
                options.IsDryRun,
                path.Version,
                Check
            );
        return Answer(path, result, isNew ? 201 : 200, options.Validation, null);

        void Check(JsonObject document, JsonObject? live)
        {
            if (live is null)
                RequireCreate(request.User, path);
            if (EscalationGuard.Guards(path.Kind))
                _guard.Check(request.User, path, document, live);
        }
    }

    // PUT or apply of a missing object creates it, which needs the create verb.
    private void RequireCreate(UserInfo user, ResourcePath path) =>
        access.Require(
            user,
            new()
            {
                Verb = "create",
                Group = path.Kind.Group,
                Resource = path.Kind.Plural,
                Name = path.Name,
                Namespace = path.ObjectNamespace,
            }
        );

    private ApiResponse Write(UserInfo user, ResourcePath path, Func<JsonObject, StoredObject, JsonObject> change, WriteOptions options)
    {
        if (EscalationGuard.Guards(path.Kind))
            change = Guarded(user, path, change);
        string? doubled = null;
        StoredObject result = Warned(
            () =>
                registry
                    .As(options.Author, options.Aborted)
                    .Change(path.Kind, path.ObjectNamespace, path.Name, United, ScopeOf(path), options.IsDryRun, path.Version),
            () => Warnings(options.Validation, doubled)
        );
        return Answer(path, result, 200, options.Validation, doubled);

        JsonObject United(JsonObject live, StoredObject current)
        {
            JsonObject changed = change(live, current);
            doubled = OwnerReferences.RemoveDuplicates(changed);
            if (path.Subresource.Length == 0)
                path.Kind.RulesAt(path.Version).Keep(current.ToJson(), changed);
            return changed;
        }
    }

    private ApiResponse Answer(ResourcePath path, StoredObject result, int statusCode, FieldValidation validation, string? doubled) =>
        path.Subresource == "scale"
            ? ApiResponse.Json(ScaleView.Of(path, result), statusCode)
            : ObjectWriter.Answer(path, result, statusCode, [.. Warnings(validation, doubled), .. OwnWarnings(path, result)]);

    // A refusal carries the warnings too.
    private static T Warned<T>(Func<T> write, Func<IReadOnlyList<string>> warnings)
    {
        try
        {
            return write();
        }
        catch (ApiException refusal)
        {
            refusal.Warnings = warnings();
            throw;
        }
    }

    private static WriteScope ScopeOf(ResourcePath path) =>
        path.Subresource switch
        {
            "status" or "approval" => WriteScope.Status,
            "scale" => WriteScope.Scale,
            "ephemeralcontainers" => WriteScope.EphemeralContainers,
            _ => WriteScope.Main,
        };

    private static IReadOnlyList<string> Warnings(FieldValidation validation, string? doubled) =>
        doubled is null ? validation.Warnings : [.. validation.Warnings, doubled];

    private IEnumerable<string> OwnWarnings(ResourcePath path, StoredObject written) =>
        path.Kind.RulesAt(path.Version).Warn is { } warn ? warn(path.ToJson(written), catalog.Minor) : [];

    private IEnumerable<string> NameWarnings(ResourcePath path, StoredObject created)
    {
        if (
            catalog.Minor < NameWarningsFrom
            || path.Kind.RulesAt(path.Version).NameUse is not { } use
            || NameRules.Label(created.Name) is not { Length: > 0 } faults
        )
            return [];
        return
        [
            $"metadata.name: this is used in {use}, which can result in surprising behavior; a DNS label is recommended: [{string.Join(' ', faults)}]",
        ];
    }

    private Func<JsonObject, StoredObject, JsonObject> Guarded(
        UserInfo user,
        ResourcePath path,
        Func<JsonObject, StoredObject, JsonObject> change
    ) =>
        (live, current) =>
        {
            var old = live.DeepClone().AsObject();
            JsonObject changed = change(live, current);
            _guard.Check(user, path, changed, old);
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
        return uid.Length == 0 || uid == current.Uid
            ? document.DeepClone().AsObject()
            : throw StatusErrors.ReplacedMeanwhile(path.Kind, current, uid);
    }

    private JsonObject Patch(ResourcePath path, JsonObject live, StoredObject current, ObjectPatch patch, FieldValidation validation)
    {
        if (path.Subresource == "scale")
        {
            var scale = new JsonObject
            {
                ["metadata"] = live["metadata"]!.DeepClone(),
                ["spec"] = new JsonObject { ["replicas"] = ScaleView.Replicas(path, live) },
            };
            JsonObject wanted = patch.Apply(path, scale);
            if (ValueTypes.FindFault(wanted, "Scale", patch.IsStrategic) is { } fault)
                throw StatusErrors.UnusablePatch(patch.Show(wanted), fault, catalog.Minor);
            ScaleView.Apply(path, live, wanted);
            return live;
        }

        if (patch.ConcernsOwners && !current.Owners.IsEmpty)
            live["metadata"]!["managedFields"] = current.Owners.ToJson();
        JsonObject changed = patch.Apply(path, ObjectWriter.Complete(path, live));

        // The result of such a patch is decoded as the path's kind.
        if (
            patch.IsStrategic
            && changed["kind"]?.GetValueKind() == JsonValueKind.String
            && changed["apiVersion"]?.GetValueKind() == JsonValueKind.String
        )
        {
            changed["kind"] = path.Kind.Kind;
            changed["apiVersion"] = path.ApiVersion;
        }

        CheckKind(path, changed);
        validation.Apply(path.Kind, path.Version, changed, patch);
        if (string.IsNullOrEmpty(changed.Object("metadata").Text("name")))
            throw StatusErrors.NameMissing(path.Name);
        return changed;
    }

    // A missing kind or version is the path's, except for custom kinds.
    private static void CheckKind(ResourcePath path, JsonObject document)
    {
        foreach (string member in (ReadOnlySpan<string>)["kind", "apiVersion"])
            if (document[member] is { } value && value.GetValueKind() != JsonValueKind.String)
                throw BodyFaults.NoText(path.Kind.Kind, member, value, JsonSerializer.SerializeToUtf8Bytes(document));
        string kind = document.Text("kind") ?? "",
            stated = document.Text("apiVersion") ?? "";
        if (path.Kind.Custom is null)
        {
            if (kind.Length == 0)
                kind = path.Kind.Kind;
            if (stated.Length == 0)
                stated = path.ApiVersion;
        }

        if (kind == path.Kind.Kind && stated == path.ApiVersion)
            return;
        throw BodyFaults.WrongKind(path.Kind, path.ApiVersion, kind, stated);
    }

    private async Task<ApiResponse> DeleteAsync(IncomingRequest request, ResourcePath path, CancellationToken cancellationToken)
    {
        DeletionRequest deletion = await DeletionReader.ReadAsync(request, catalog.Minor, cancellationToken);
        if (path.Kind.Rules.RefuseDelete(path.Name) is { } why)
            throw StatusErrors.Forbidden(path.Kind, path.Name, why);
        string[] warnings =
            path.Kind == BuiltInKinds.Jobs && deletion.PropagationPolicy is null && catalog.Minor >= OrphansToldFrom
                ?
                [
                    "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning",
                ]
                : [];
        DeletionResult result = Warned(() => registry.Delete(path.Kind, path.ObjectNamespace, path.Name, deletion), () => warnings);
        if (!result.IsGone || path.Kind.AnswersWithDeleted(catalog.Minor))
            return ObjectWriter.Answer(path, result.Object, !result.IsGone && deletion.IsCascadeNamed ? 202 : 200, warnings);
        var details = new JsonObject { ["name"] = path.Name };
        if (path.Kind.Group.Length > 0)
            details["group"] = path.Kind.Group;
        details["kind"] = path.Kind.Plural;
        details["uid"] = result.Object.Uid;
        return ApiResponse.Json(
            new()
            {
                ["kind"] = "Status",
                ["apiVersion"] = "v1",
                ["metadata"] = new JsonObject(),
                ["status"] = "Success",
                ["details"] = details,
            }
        ) with
        {
            Warnings = warnings,
        };
    }

    private async Task<ApiResponse> DeleteCollectionAsync(IncomingRequest request, ResourcePath path, CancellationToken cancellationToken)
    {
        if ((path.Kind.IsNamespaced && path.Namespace is null) || !path.Kind.DeletesCollections(catalog.Minor))
            throw StatusErrors.MethodNotAllowed();
        DeletionRequest deletion = await DeletionReader.ReadAsync(request, catalog.Minor, cancellationToken);
        ListQuery query = ListQuery.Parse(request, path, catalog.Minor);
        Snapshot snapshot = registry.Store.List(path.Kind);
        StoredObject[] found =
        [
            .. snapshot.Objects.Walk(path.Namespace).Where(query.Matches).Take(query.Limit > 0 ? (int)query.Limit : int.MaxValue),
        ];
        foreach (StoredObject item in found)
        {
            request.Aborted.ThrowIfCancellationRequested();
            try
            {
                registry.Delete(path.Kind, item.Namespace, item.Name, deletion);
            }
            catch (ApiException refusal) when (refusal.Code == 404)
            {
                // Deleted by another client, as requested.
            }
        }

        // The response has the objects as they were.
        return ApiResponse.Json(
            new()
            {
                ["kind"] = path.Kind.ListKind,
                ["apiVersion"] = path.ApiVersion,
                ["metadata"] = new JsonObject
                {
                    ["resourceVersion"] = snapshot.Version.ToString(System.Globalization.CultureInfo.InvariantCulture),
                },
                ["items"] = new JsonArray([.. found.Select(path.ToWholeJson)]),
            }
        );
    }
}
