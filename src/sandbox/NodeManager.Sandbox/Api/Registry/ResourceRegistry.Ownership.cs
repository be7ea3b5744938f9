using NodeManager.Sandbox.Model.Kinds.Strategies.Pods;
using NodeManager.Sandbox.Model.Ownership;

namespace NodeManager.Sandbox.Api.Registry;

internal sealed partial class ResourceRegistry
{
    // The minor version from which managedFields have subresources, and fields outside a subresource are not owned through it.
    private const int SubresourcesFrom = 22;
    private const int AppliedOrderFrom = 25;

    /// <summary>Empty where lists of the document have duplicate keys.</summary>
    public ManagedFields OwnersOf(
        ResourceKind kind,
        string? version,
        JsonObject? before,
        JsonObject after,
        ManagedFields owners,
        WriteScope scope,
        string time
    )
    {
        try
        {
            return OwnershipOf(kind, version)
                .Update(before, after, owners, EntryOf(kind, version, ManagedFieldsEntry.Update, scope) with { Time = time });
        }
        catch (OwnershipException)
        {
            return ManagedFields.None;
        }
    }

    private FieldOwnership OwnershipOf(ResourceKind kind, string? version) =>
        new(kind.StructureAt(version, minor), keepsOrder: minor < AppliedOrderFrom, ownsEmpty: minor >= SubresourcesFrom);

    private ManagedFieldsEntry EntryOf(ResourceKind kind, string? version, string operation, WriteScope scope) =>
        new(
            author.Name,
            operation,
            author.ApiVersion.Length > 0 ? author.ApiVersion : SharedTexts.Get(kind.ApiVersion(version ?? kind.VersionAt(minor))),
            SubresourceOf(scope),
            Now,
            FieldSet.Empty
        );

    private string SubresourceOf(WriteScope scope) =>
        scope switch
        {
            WriteScope.Status when minor >= SubresourcesFrom => "status",
            WriteScope.Scale when minor >= SubresourcesFrom => "scale",
            WriteScope.EphemeralContainers => EphemeralContainerRules.Subresource,
            _ => "",
        };

    // The owner of a Scale's count is stored if the count has an owner; older servers stored none.
    private bool KeepsScale(ResourceKind kind, string? version, ManagedFields owners)
    {
        string[] steps = (kind.Custom?.At(version).Scale?.Replicas ?? ".spec.replicas").Split('.', StringSplitOptions.RemoveEmptyEntries);
        return minor >= SubresourcesFrom
            && owners.Entries.Any(entry =>
                steps[..^1]
                    .Aggregate(entry.Fields, static (fields, step) => fields.Below(PathElement.Field(step)))
                    .Has(PathElement.Field(steps[^1]))
            );
    }

    private ManagedFields OwnersOfNew(ResourceKind kind, string? version, JsonObject document, ManagedFields stated)
    {
        JsonNode? status = null;
        if (kind.HasStatusAt(version) && minor >= SubresourcesFrom)
            document.Remove("status", out status);
        ManagedFields owners = OwnersOf(kind, version, null, document, stated, WriteScope.Main, Now);
        if (status is not null)
            document["status"] = status;
        return owners;
    }

    // A client's managedFields replace the former ones, but not through a subresource.
    private ManagedFields OwnersAfter(
        ResourceKind kind,
        string? version,
        StoredObject current,
        JsonObject old,
        JsonObject changed,
        JsonNode? stated,
        WriteScope scope
    )
    {
        if (scope == WriteScope.Scale && !KeepsScale(kind, version, current.Owners))
            return current.Owners;
        ManagedFields owners = (scope == WriteScope.Main ? ManagedFields.Read(stated) : null) ?? current.Owners;
        return OwnersOf(kind, version, old, changed, owners, scope, Now);
    }
}
