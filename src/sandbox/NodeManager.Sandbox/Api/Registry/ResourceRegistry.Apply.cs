using NodeManager.Sandbox.Api.Custom;
using NodeManager.Sandbox.Model.Kinds.Errors;
using NodeManager.Sandbox.Model.Ownership;
using NodeManager.Sandbox.Model.Schema;

namespace NodeManager.Sandbox.Api.Registry;

internal sealed partial class ResourceRegistry
{
    /// <summary>Applies a manager's configuration and keeps fields of other managers.</summary>
    /// <param name="ns">Empty at cluster scope.</param>
    /// <param name="configuration">Not modified.</param>
    /// <param name="scope">The part of the object that is applied to.</param>
    /// <param name="force">Take over fields of other managers.</param>
    /// <param name="isDryRun">Return the result without storing it.</param>
    /// <param name="check">Called with the document to store and the current object (null: none); throws to refuse.</param>
    /// <returns>The object, and whether it was created.</returns>
    public (StoredObject Object, bool IsNew) Apply(
        ResourceKind kind,
        string ns,
        string name,
        JsonObject configuration,
        WriteScope scope,
        bool force,
        bool isDryRun,
        string? version,
        Action<JsonObject, JsonObject?> check
    )
    {
        while (true)
        {
            if (store.Get(kind, ns, name) is not null)
                return (
                    Write(
                        kind,
                        ns,
                        name,
                        (live, current) => Applied(kind, version, name, live, current, configuration, scope, force, check),
                        isDryRun,
                        scope,
                        version
                    ),
                    false
                );
            if (scope != WriteScope.Main)
                throw StatusErrors.NotFound(kind, name);
            try
            {
                (JsonObject document, ManagedFields owners) = Apply(kind, version, name, [], null, configuration, scope, force, null);
                if (document.Object("metadata").Text("uid") is { Length: > 0 } uid)
                    throw StatusErrors.Conflict(
                        kind,
                        name,
                        $"uid mismatch: the provided object specified uid {uid}, and no existing object was found"
                    );
                RequireName(document, name);
                check(document, null);
                UpdatePreparation.CheckName(kind, ns, name, document.Object("metadata")!, minor);
                document.Object("metadata")?.Remove("resourceVersion");
                return (Create(kind, ns, document, owners, isDryRun, version), true);
            }
            catch (ApiException refusal) when (refusal.Reason == "AlreadyExists")
            {
                // Created by another client meanwhile: retried as a change.
            }
        }
    }

    private (JsonObject Changed, ManagedFields? Owners) Applied(
        ResourceKind kind,
        string? version,
        string name,
        JsonObject live,
        StoredObject current,
        JsonObject configuration,
        WriteScope scope,
        bool force,
        Action<JsonObject, JsonObject?> check
    )
    {
        if (scope == WriteScope.Scale && !KeepsScale(kind, version, current.Owners))
        {
            CheckScale(live, configuration, force);
            if (minor < SubresourcesFrom)
                return (Scaled(live, configuration), current.Owners);
        }

        FieldSet? mayTake = LastApplied.MayTake(kind.StructureAt(version, minor), live, author);
        (JsonObject document, ManagedFields owners) = Apply(kind, version, name, live, current, configuration, scope, force, mayTake);
        RequireName(document, name);
        check(document, live);
        if (minor >= SubresourcesFrom)
            LastApplied.UpdateAnnotation(document, configuration, live, author);
        return (document, owners);
    }

    // A configuration may omit its name.
    private static void RequireName(JsonObject document, string name)
    {
        if (string.IsNullOrEmpty(document.Object("metadata").Text("name")))
            throw StatusErrors.NameMissing(name);
    }

    // A replica count without an owner predates ownership tracking.
    private static void CheckScale(JsonObject live, JsonObject configuration, bool force)
    {
        if (
            force
            || configuration.Object("spec")?["replicas"] is not { } wanted
            || JsonNode.DeepEquals(wanted, live.Object("spec")?["replicas"])
        )
            return;
        var before = new ManagedFieldsEntry(
            FieldOwnership.BeforeFirstApply,
            ManagedFieldsEntry.Update,
            ScaleView.ApiVersion,
            "",
            null,
            FieldSet.Empty
        );
        throw StatusErrors.ApplyConflict([(before, ".spec.replicas")], null);
    }

    private static JsonObject Scaled(JsonObject live, JsonObject configuration)
    {
        if (configuration.Object("spec")?["replicas"] is { } wanted)
            live.Ensure("spec")["replicas"] = wanted.DeepClone();
        return live;
    }

    private (JsonObject Document, ManagedFields Owners) Apply(
        ResourceKind kind,
        string? version,
        string name,
        JsonObject live,
        StoredObject? current,
        JsonObject configuration,
        WriteScope scope,
        bool force,
        FieldSet? mayTake
    )
    {
        try
        {
            // Writes of a Scale have no time.
            ManagedFieldsEntry entry = EntryOf(kind, version, ManagedFieldsEntry.Apply, scope);
            (JsonObject document, ManagedFields owners) = OwnershipOf(kind, version)
                .Apply(
                    live,
                    Counting(kind, version, configuration, scope),
                    current?.Owners ?? ManagedFields.None,
                    scope == WriteScope.Scale ? entry with { Time = null } : entry,
                    force,
                    mayTake
                );
            if (kind.Custom is null && ValueTypes.FindFault(document, kind.SchemaType, isConverted: true) is { } wrong)
                throw Unreadable(name, configuration, wrong);
            return (document, owners);
        }
        catch (ApplyConflictException fault)
        {
            throw StatusErrors.ApplyConflict(fault.Conflicts, scope == WriteScope.Scale ? ScaleView.ApiVersion : null);
        }
        catch (OwnershipException fault)
        {
            string stated = configuration.Text("apiVersion") ?? "",
                formatted = stated.Contains('/', StringComparison.Ordinal) ? stated : "/" + stated;
            string about =
                minor < SubresourcesFrom
                    ? ""
                    : $" ({configuration.Object("metadata").Text("namespace")}/{name}; {formatted}, Kind={configuration.Text("kind")})";
            throw StatusErrors.Unclassified($"failed to create typed patch object{about}: {fault.Message}");
        }
    }

    private static ApiException Unreadable(string name, JsonObject configuration, string why)
    {
        string stated = configuration.Text("apiVersion") ?? "",
            formatted = $"{(stated.Contains('/', StringComparison.Ordinal) ? stated : "/" + stated)}, Kind={configuration.Text("kind")}";
        return StatusErrors.Unclassified(
            $"failed to convert new object ({configuration.Object("metadata").Text("namespace")}/{name}; {formatted}) to proper version: unable to convert unstructured object to {formatted}: {why}"
        );
    }

    // Fields outside the scope are neither set nor owned.
    private JsonObject Counting(ResourceKind kind, string? version, JsonObject configuration, WriteScope scope)
    {
        if (minor < SubresourcesFrom || !kind.HasStatusAt(version))
            return configuration;
        JsonObject counting = configuration.DeepClone().AsObject();
        if (scope != WriteScope.Status)
        {
            counting.Remove("status");
            return counting;
        }

        foreach (string member in counting.Select(static pair => pair.Key).ToArray())
            if (member is not ("apiVersion" or "kind" or "metadata" or "status"))
                counting.Remove(member);
        if (kind.RulesAt(version).StatusKeepsLabels)
            counting.Object("metadata")?.Remove("labels");
        return counting;
    }
}
