using System.Text.Json.Nodes;
using NodeManager.Sandbox.Api.Custom;
using NodeManager.Sandbox.Model.Documents;
using NodeManager.Sandbox.Model.Kinds.Errors;
using NodeManager.Sandbox.Model.Ownership;
using NodeManager.Sandbox.Model.Resources;
using NodeManager.Sandbox.Model.Schema;
using NodeManager.Sandbox.Model.Store;

namespace NodeManager.Sandbox.Api.Registry;

internal sealed partial class ResourceRegistry
{
    /// <summary>Makes an object what its manager's configuration says, leaving alone what others own.</summary>
    /// <param name="kind">Of the object.</param>
    /// <param name="ns">Its namespace; empty if the kind has none.</param>
    /// <param name="name">Its name.</param>
    /// <param name="configuration">What the manager wants; unchanged.</param>
    /// <param name="scope">What of the object counts.</param>
    /// <param name="force">Takes what others own.</param>
    /// <param name="isDryRun">True to answer only what would be.</param>
    /// <param name="version">At which the configuration is.</param>
    /// <param name="check">Called with what is about to be stored, and with what is there (null: nothing); it throws to refuse.</param>
    /// <returns>The object, and whether it is new.</returns>
    /// <exception cref="ApiException">404, 409 (conflicts), 422.</exception>
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
                // Another client created it meanwhile: it is applied to that.
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
            LastApplied.Follow(document, configuration, live, author);
        return (document, owners);
    }

    // A configuration may leave its name to what is there.
    private static void RequireName(JsonObject document, string name)
    {
        if (string.IsNullOrEmpty(document.Object("metadata").Text("name")))
            throw StatusErrors.NameMissing(name);
    }

    // A count without an owner was set before ownership was tracked.
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
            // Through the count of replicas no time is kept.
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
                shown = stated.Contains('/', StringComparison.Ordinal) ? stated : "/" + stated;
            string about =
                minor < SubresourcesFrom
                    ? ""
                    : $" ({configuration.Object("metadata").Text("namespace")}/{name}; {shown}, Kind={configuration.Text("kind")})";
            throw StatusErrors.Unclassified($"failed to create typed patch object{about}: {fault.Message}");
        }
    }

    private static ApiException Unreadable(string name, JsonObject configuration, string why)
    {
        string stated = configuration.Text("apiVersion") ?? "",
            shown = $"{(stated.Contains('/', StringComparison.Ordinal) ? stated : "/" + stated)}, Kind={configuration.Text("kind")}";
        return StatusErrors.Unclassified(
            $"failed to convert new object ({configuration.Object("metadata").Text("namespace")}/{name}; {shown}) to proper version: unable to convert unstructured object to {shown}: {why}"
        );
    }

    // What the part of the object that is applied to does not hold is neither taken over nor owned.
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
