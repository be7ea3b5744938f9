using System.Globalization;
using NodeManager.Sandbox.Model.Kinds.Errors;
using NodeManager.Sandbox.Model.Kinds.Strategies.Common;
using NodeManager.Sandbox.Model.Ownership;
using NodeManager.Sandbox.Model.Schema;

namespace NodeManager.Sandbox.Api.Registry;

/// <summary>
/// Writes with the API's rules: identity, defaults, validation, generations, conflicts, grace periods and finalizers. Used by the HTTP API
/// and the controllers, each with its own manager. Refusals are <see cref="ApiException"/>s. Thread-safe.
/// </summary>
internal sealed partial class ResourceRegistry(
    DocumentStore store,
    TimeProvider time,
    IdentitySource identities,
    int minor,
    FieldManager author,
    Lock? allocations = null,
    CancellationToken aborted = default
)
{
    private const int MaximumGenerateNameLength = 58;

    private static WrittenSecond? s_latest;

    // Serializes allocation with storing the object.
    private readonly Lock _allocations = allocations ?? new();

    public DocumentStore Store => store;

    public TimeProvider Time => time;

    public int Minor => minor;

    /// <summary>The same registry with another manager.</summary>
    /// <param name="request">Cancelled when the client disconnects: later writes are dropped.</param>
    public ResourceRegistry As(FieldManager other, CancellationToken request = default) =>
        other == author && request == aborted ? this : new(store, time, identities, minor, other, _allocations, request);

    public string Now => Timestamp(time.GetUtcNow());

    /// <summary>Objects that are written within a second share its text.</summary>
    public static string Timestamp(DateTimeOffset moment)
    {
        long second = moment.UtcTicks / TimeSpan.TicksPerSecond;
        if (Volatile.Read(ref s_latest) is { } latest && latest.Second == second)
            return latest.Text;
        string text = moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        Volatile.Write(ref s_latest, new(second, text));
        return text;
    }

    public static string MicroTimestamp(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    public StoredObject Get(ResourceKind kind, string ns, string name) =>
        store.Get(kind, ns, name) ?? throw StatusErrors.NotFound(kind, name);

    /// <summary>Creates an object. Takes ownership of the document.</summary>
    public StoredObject Create(ResourceKind kind, string ns, JsonObject document, bool isDryRun = false, string? version = null) =>
        Create(kind, ns, document, null, isDryRun, version);

    // Null owners are computed from the document.
    private StoredObject Create(ResourceKind kind, string ns, JsonObject document, ManagedFields? owners, bool isDryRun, string? version)
    {
        KindRules rules = kind.RulesAt(version);
        JsonObject metadata = document.Ensure("metadata");
        SetNamespace(kind, ns, metadata);
        bool isGenerated = GenerateName(metadata);
        string name = metadata.Text("name") ?? "";
        RequireNamespace(kind, ns, name);
        SetIdentity(kind, name, metadata);
        ManagedFields claimed = ManagedFields.Read(metadata["managedFields"]) ?? ManagedFields.None;
        metadata.Remove("managedFields");
        if (kind.HasGenerationAt(minor))
            metadata["generation"] = 1;
        if (kind.Custom is null)
            CanonicalForm.Apply(document, kind.SchemaType, minor);
        rules.Fill(document, minor);
        rules.Derive?.Invoke(null, document);

        // A generated name has no owner.
        bool isLabelled = minor >= kind.NameLabelFrom;
        if (isLabelled && !isGenerated)
            metadata.Ensure("labels")["kubernetes.io/metadata.name"] = name;
        owners ??= OwnersOfNew(kind, version, document, claimed);
        if (isLabelled)
            metadata.Ensure("labels")["kubernetes.io/metadata.name"] = name;
        if (kind.HasStatusAt(version) && !rules.KeepsStatusOnCreate)
            document.Remove("status");
        rules.Prepare(document, minor);
        if (kind.Protection is { } finalizer)
            Finalizers.Add(metadata, finalizer);
        Admission? admission = Admission.Of(kind);
        admission?.Admit(document, store, minor);
        Check(kind, rules, name, document, null);
        if (!isDryRun && long.TryParse(metadata.Text("resourceVersion"), out long stated) && stated != 0)
            throw StatusErrors.Unclassified("resourceVersion should not be set on objects to be created");
        using Lock.Scope alone = admission?.Allocate is null ? default : _allocations.EnterScope();
        if (admission?.Allocate is { } allocate)
        {
            if (store.Get(kind, ns, name) is { } taken)
                throw StatusErrors.AlreadyExists(kind, name, taken.IsDeleting);
            allocate(document, null, store, minor);
        }

        rules.Store?.Invoke(document);
        var item = new DocumentObject(kind.StoredAs, document, owners);
        if (isDryRun && store.Get(kind, ns, name) is null)
            return item.At(0);
        return (isDryRun ? null : store.TryAdd(item))
            ?? throw StatusErrors.AlreadyExists(kind, name, store.Get(kind, ns, name)?.IsDeleting == true);
    }

    private static void SetNamespace(ResourceKind kind, string ns, JsonObject metadata)
    {
        if (kind.IsNamespaced)
        {
            string space = metadata.Text("namespace") ?? "";
            if (space.Length > 0 && space != ns)
                throw StatusErrors.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
            metadata["namespace"] = ns;
        }
        else
        {
            metadata.Remove("namespace");
        }
    }

    // True for a generated name.
    private bool GenerateName(JsonObject metadata)
    {
        if (!string.IsNullOrEmpty(metadata.Text("name")) || string.IsNullOrEmpty(metadata.Text("generateName")))
            return false;
        string stem = metadata.Text("generateName")!;
        metadata["name"] = (stem.Length > MaximumGenerateNameLength ? stem[..MaximumGenerateNameLength] : stem) + identities.NextSuffix();
        return true;
    }

    private void SetIdentity(ResourceKind kind, string name, JsonObject metadata)
    {
        metadata["uid"] = identities.NextUid();
        // The seed determines all other UIDs, so they are drawn in the same order in any case.
        if (KubeSystemUid.IsStoredIn(kind, name))
            metadata["uid"] = KubeSystemUid.Create();
        metadata["creationTimestamp"] = Now;
        metadata.Remove("deletionTimestamp");
        metadata.Remove("deletionGracePeriodSeconds");
        metadata.Remove("selfLink");
    }

    /// <summary>
    /// Changes an object except its status. The function changes a copy or returns another document; it is retried on conflicts, unless it
    /// returns an old resourceVersion: then 409.
    /// </summary>
    /// <exception cref="ApiException">404, 409, 422, and exceptions of the function.</exception>
    public StoredObject Update(
        ResourceKind kind,
        string ns,
        string name,
        Func<JsonObject, JsonObject> change,
        bool isDryRun = false,
        string? version = null
    ) => Write(kind, ns, name, (document, _) => (change(document), null), isDryRun, WriteScope.Main, version, isOwn: true);

    /// <summary>Edits a copy of an object except its status; retried on conflicts.</summary>
    /// <exception cref="ApiException">404, 409, 422, and exceptions of the function.</exception>
    public StoredObject Update(ResourceKind kind, string ns, string name, Action<JsonObject> edit) =>
        Update(kind, ns, name, ChangeOf(edit));

    public StoredObject Update(StoredObject item, Action<JsonObject> edit) => Update(item.Kind, item.Namespace, item.Name, edit);

    /// <summary>As <c>Update</c>, for the status subresource.</summary>
    public StoredObject UpdateStatus(
        ResourceKind kind,
        string ns,
        string name,
        Func<JsonObject, JsonObject> change,
        bool isDryRun = false,
        string? version = null
    ) => Write(kind, ns, name, (document, _) => (change(document), null), isDryRun, WriteScope.Status, version, isOwn: true);

    /// <summary>Edits a copy of the status of an object; retried on conflicts.</summary>
    /// <exception cref="ApiException">404, 409, 422, and exceptions of the function.</exception>
    public StoredObject UpdateStatus(ResourceKind kind, string ns, string name, Action<JsonObject> edit) =>
        UpdateStatus(kind, ns, name, ChangeOf(edit));

    public StoredObject UpdateStatus(StoredObject item, Action<JsonObject> edit) =>
        UpdateStatus(item.Kind, item.Namespace, item.Name, edit);

    private static Func<JsonObject, JsonObject> ChangeOf(Action<JsonObject> edit) =>
        document =>
        {
            edit(document);
            return document;
        };

    /// <summary>As <c>Update</c>, for any part, with access to the object and its owners.</summary>
    /// <param name="ns">Empty at cluster scope.</param>
    /// <param name="change">See <c>Update</c>.</param>
    /// <param name="scope">The part that may change.</param>
    /// <param name="isDryRun">Return the result without storing it.</param>
    /// <exception cref="ApiException">404, 409, 422, and exceptions of the function.</exception>
    public StoredObject Change(
        ResourceKind kind,
        string ns,
        string name,
        Func<JsonObject, StoredObject, JsonObject> change,
        WriteScope scope,
        bool isDryRun,
        string? version
    ) => Write(kind, ns, name, (document, current) => (change(document, current), null), isDryRun, scope, version);

    private void Check(
        ResourceKind kind,
        KindRules rules,
        string name,
        JsonObject document,
        JsonObject? old,
        bool isUpdate = false,
        DateTimeOffset? statusAt = null
    )
    {
        var errors = new FieldErrors(minor) { Aborted = aborted };

        if (kind.MetadataChecked == MetadataOrder.Last || (old is null && kind.MetadataChecked == MetadataOrder.LastOfNew))
        {
            rules.Validate(document, old, errors);
            if (errors.Faults.Count == 0)
                MetadataRules.Validate(kind, document["metadata"]!.AsObject(), old.Object("metadata"), errors);
        }
        else
        {
            MetadataRules.Validate(kind, document["metadata"]!.AsObject(), old.Object("metadata"), errors);
            rules.Validate(document, old, errors);
        }

        if (isUpdate)
            rules.ValidateUpdate(document, old!, errors);
        if (statusAt is { } now)
            rules.ValidateStatus(document, old!, now, errors);
        if (errors.Faults.Count > 0)
            throw StatusErrors.Invalid(kind.StoredAs, name, errors);
        aborted.ThrowIfCancellationRequested();
    }

    public void RequireNamespace(ResourceKind kind, string ns, string name)
    {
        if (!kind.IsNamespaced)
            return;
        StoredObject space = store.Get(BuiltInKinds.Namespaces, "", ns) ?? throw StatusErrors.NotFound(BuiltInKinds.Namespaces, ns);
        if (!space.IsDeleting)
            return;
        throw StatusErrors.Forbidden(
            kind,
            name,
            $"unable to create new content in namespace {ns} because it is being terminated",
            StatusErrors.Cause("NamespaceTerminating", $"namespace {ns} is being terminated", "metadata.namespace")
        );
    }

    private static JsonObject ConvertToClient(StoredObject item, KindRules rules)
    {
        JsonObject document = item.ToJson();
        rules.Show?.Invoke(document);
        return document;
    }

    // Unchanged documents of controllers skip preparation and validation, which is most of their writes at a start.
    private StoredObject Write(
        ResourceKind kind,
        string ns,
        string name,
        Func<JsonObject, StoredObject, (JsonObject Changed, ManagedFields? Owners)> change,
        bool isDryRun,
        WriteScope scope,
        string? version,
        bool isOwn = false
    )
    {
        while (true)
        {
            KindRules rules = kind.RulesAt(version);
            StoredObject current = Get(kind, ns, name);
            (JsonObject changed, ManagedFields? owners) = change(ConvertToClient(current, rules), current);
            if (isOwn && rules.Show is null && current.HasContent(changed))
                return current;
            JsonObject old = ConvertToClient(current, rules);
            if (isOwn && JsonNode.DeepEquals(old, changed))
                return current;
            JsonNode? stated = changed.Object("metadata")?["managedFields"];
            Prepare(kind, rules, version, current, old, changed, scope);
            owners ??= OwnersAfter(kind, version, current, old, changed, stated, scope);
            Check(
                kind,
                rules,
                name,
                changed,
                old,
                isUpdate: scope is WriteScope.Main or WriteScope.Scale,
                scope == WriteScope.Status ? time.GetUtcNow() : null
            );
            Action<JsonObject, JsonObject?, DocumentStore, int>? allocate = Admission.Of(kind)?.Allocate;
            using Lock.Scope alone = allocate is null ? default : _allocations.EnterScope();
            if (scope == WriteScope.Main)
                allocate?.Invoke(changed, old, store, minor);
            rules.Store?.Invoke(changed);
            var item = new DocumentObject(kind.StoredAs, changed, owners);
            if (item.SameContent(current))
                return current;
            if (isDryRun)
                return item.At(current.Version);
            bool isLastFinalizer = current.IsDeleting && !UpdatePreparation.HoldsBack(kind, changed);
            if (isLastFinalizer)
            {
                // The response has the object as written, although it is deleted immediately.
                if (store.TryRemove(current) is not null)
                    return item.At(current.Version);
            }
            else if (store.TryReplace(current, item) is { } stored)
            {
                return stored;
            }
        }
    }

    private void Prepare(
        ResourceKind kind,
        KindRules rules,
        string? version,
        StoredObject current,
        JsonObject old,
        JsonObject changed,
        WriteScope scope
    )
    {
        UpdatePreparation.Prepare(kind, version, minor, current, old, changed, scope);
        if (kind.Custom is null)
            CanonicalForm.Apply(changed, kind.SchemaType, minor);
        rules.Fill(changed, minor);
        if (scope != WriteScope.Status)
            rules.Derive?.Invoke(old, changed);
        UpdatePreparation.CountGeneration(kind, version, minor, old, changed, scope);
    }

    private sealed record WrittenSecond(long Second, string Text);
}
