using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Model.Kinds.Custom;
using NodeManager.Sandbox.Model.Kinds.Errors;

namespace NodeManager.Sandbox.Api.Custom;

/// <summary>
/// Manages custom kinds: accepts names, serves kinds, and finalizes definitions without objects. All of it happens before the write is
/// answered, so a created definition is established already.
/// </summary>
internal sealed class CustomKinds
{
    private readonly Lock _gate = new();
    private readonly ResourceRegistry _registry;
    private readonly KindCatalog _catalog;
    private readonly Dictionary<string, ServedKind> _served = new(StringComparer.Ordinal);
    private bool _isSettling;
    private bool _again;

    public CustomKinds(ResourceRegistry registry, KindCatalog catalog)
    {
        _registry = registry;
        _catalog = catalog;
        registry.Store.Committed += Observe;
    }

    private DocumentStore Store => _registry.Store;

    private void Observe(Change change)
    {
        bool isDefinition = change.Object.Kind == BuiltInKinds.CustomResourceDefinitions;
        if (isDefinition || (change.Type == ChangeType.Deleted && change.Object.Kind.Custom is { IsTerminating: true }))
            Reconcile();
    }

    // Settling writes and is called again by its own writes, which only add another round.
    private void Reconcile()
    {
        lock (_gate)
        {
            _again = true;
            if (_isSettling)
                return;
            _isSettling = true;
            try
            {
                while (_again)
                {
                    _again = false;
                    foreach (StoredObject definition in Store.List(BuiltInKinds.CustomResourceDefinitions).Objects.Walk())
                        Reconcile(definition);
                    RemoveDeleted();
                }
            }
            finally
            {
                _isSettling = false;
            }
        }
    }

    private void Reconcile(StoredObject definition)
    {
        _served.TryGetValue(definition.Uid, out ServedKind? served);
        if (served?.Seen == definition.Version && !definition.IsDeleting)
            return;
        try
        {
            if (!definition.IsDeleting)
                definition = AcceptNames(definition);
            JsonObject document = definition.ToJson();
            if (document.Object("status").HasCondition("Established"))
                served = Serve(definition, document, served);
            if (definition.IsDeleting)
                Clean(definition, served?.Kind);
        }
        catch (ApiException refusal) when (refusal.Code is 404 or 409)
        {
            // Changed or deleted meanwhile: that change settles it again.
        }
    }

    private StoredObject AcceptNames(StoredObject definition)
    {
        JsonObject[] others =
        [
            .. Store
                .List(BuiltInKinds.CustomResourceDefinitions)
                .Objects.Walk()
                .Where(other => other.Uid != definition.Uid)
                .Select(static other => other.ToJson()),
        ];
        return _registry.UpdateStatus(definition, document => NameAcceptance.Apply(document, others, _registry.Now));
    }

    private ServedKind Serve(StoredObject definition, JsonObject document, ServedKind? served)
    {
        var custom = DefinitionReader.Read(document, _catalog.Minor);
        if (served is null)
        {
            var ended = new CancellationTokenSource();
            JsonObject? spec = document.Object("spec");
            var kind = new ResourceKind
            {
                Group = spec.Text("group") ?? "",
                Versions = [],
                Kind = custom.Names.Kind,
                Plural = custom.Names.Plural,
                IsNamespaced = spec.Text("scope") == "Namespaced",
                HasGeneration = true,
                AllowsUnconditionalUpdate = false,
                Custom = custom,
                Ended = ended.Token,
            };
            _served[definition.Uid] = served = new(kind, ended);
            Store.Add(kind);
        }

        served.Seen = definition.Version;
        served.Kind.Custom = custom;
        _catalog.Serve(served.Kind);
        return served;
    }

    // Deletes its objects first, and waits for those with finalizers.
    private void Clean(StoredObject definition, ResourceKind? kind)
    {
        if (kind is not null)
        {
            SetTerminating(definition, "True", "InstanceDeletionInProgress", "CustomResource deletion is in progress");
            foreach (StoredObject item in Store.List(kind).Objects.Walk())
            {
                if (item.IsDeleting)
                    continue;
                try
                {
                    _registry.Delete(kind, item.Namespace, item.Name, new() { Uid = item.Uid });
                }
                catch (ApiException refusal) when (refusal.Code is 404 or 409)
                {
                    // Another client deleted it first.
                }
            }

            if (Store.List(kind).Objects.Count > 0)
                return;
        }

        SetTerminating(definition, "False", "InstanceDeletionCompleted", "removed all instances");
        _registry.Update(definition, static document => Finalizers.Remove(document["metadata"]!.AsObject(), DefinitionRules.Finalizer));
    }

    private void SetTerminating(StoredObject definition, string status, string reason, string message) =>
        _registry.UpdateStatus(
            definition,
            document =>
            {
                JsonObject conditions = document.Ensure("status");
                if (conditions.Condition("Terminating").Text("reason") != "InstanceDeletionCompleted")
                    conditions.SetCondition("Terminating", status, _registry.Now, reason, message);
            }
        );

    private void RemoveDeleted()
    {
        HashSet<string> remaining =
        [
            .. Store.List(BuiltInKinds.CustomResourceDefinitions).Objects.Walk().Select(static definition => definition.Uid),
        ];
        foreach ((string uid, ServedKind served) in _served.Where(pair => !remaining.Contains(pair.Key)).ToArray())
        {
            _served.Remove(uid);
            _catalog.Remove(served.Kind);
            Store.Remove(served.Kind);
            served.Ended.Cancel();
            served.Ended.Dispose();
        }
    }

    private sealed class ServedKind(ResourceKind kind, CancellationTokenSource ended)
    {
        public ResourceKind Kind { get; } = kind;

        public CancellationTokenSource Ended { get; } = ended;

        /// <summary>The version of the definition that it was built from.</summary>
        public long Seen { get; set; }
    }
}
