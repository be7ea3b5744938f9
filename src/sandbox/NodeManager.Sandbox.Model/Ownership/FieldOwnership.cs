using NodeManager.Sandbox.Model.Structure;

namespace NodeManager.Sandbox.Model.Ownership;

/// <summary>
/// Tracks field ownership as documented for server-side apply: a writer owns the fields it changes; an applier owns the fields it names,
/// shares equal values, and removes fields that it no longer names.
/// </summary>
/// <param name="keepsOrder">See <see cref="StructuredMerge.Merge"/>.</param>
/// <param name="ownsEmpty">Applying an empty object owns it.</param>
internal sealed class FieldOwnership(ValueStructure structure, bool keepsOrder, bool ownsEmpty)
{
    /// <summary>The manager of fields from before ownership was tracked.</summary>
    public const string BeforeFirstApply = "before-first-apply";

    private const int MaximumUpdaters = 10;
    private const string Ancient = "ancient-changes";

    // Fields without an owner: identity, and those that the server counts.
    private static readonly FieldSet Unowned = FieldSetJson.Read(
        """
        {"f:apiVersion":{},"f:kind":{},"f:metadata":{".":{},"f:name":{},"f:namespace":{},"f:creationTimestamp":{},"f:selfLink":{},"f:uid":{},"f:clusterName":{},
        "f:generation":{},"f:managedFields":{},"f:resourceVersion":{}}}
        """u8
    );

    /// <summary>Updates ownership after a write; a new object has no former state.</summary>
    public ManagedFields Update(JsonObject? before, JsonObject after, ManagedFields owners, ManagedFieldsEntry author)
    {
        // If its owners were cleared, an object has none until the next apply.
        if (before is not null && owners.IsEmpty)
            return owners;
        return Track(before ?? [], after, owners, author);
    }

    /// <param name="live">Empty for a new object.</param>
    /// <param name="configuration">The fields to apply.</param>
    /// <param name="owners">The owners of the live object's fields.</param>
    /// <param name="author">The manager and time; its fields are ignored.</param>
    /// <param name="force">Take over fields of other managers.</param>
    /// <param name="mayTake">Conflicts to ignore; null for none.</param>
    public (JsonObject Document, ManagedFields Owners) Apply(
        JsonObject live,
        JsonObject configuration,
        ManagedFields owners,
        ManagedFieldsEntry author,
        bool force,
        FieldSet? mayTake
    )
    {
        if (owners.IsEmpty && live.Count > 0)
            owners = Track([], live, owners, author with { Manager = BeforeFirstApply, Operation = ManagedFieldsEntry.Update });
        FieldSet named = AppliedFields.Of(structure, configuration, ownsEmpty);
        ManagedFieldsEntry? last = owners.Entries.FirstOrDefault(entry => entry.Identity == author.Identity);
        List<ManagedFieldsEntry> others = [.. owners.Entries.Where(entry => entry != last)];

        JsonObject bare = configuration.DeepClone().AsObject();
        bare.Remove("kind");
        bare.Remove("apiVersion");
        JsonObject merged = StructuredMerge.Merge(structure, live, bare, keepsOrder);

        // The name in a configuration is not owned, but keeps its metadata when the last owned field in there is removed.
        if (last is not null)
            merged = new AppliedPruning(structure).Prune(merged, last.Fields, [named, .. others.Select(static entry => entry.Fields)]);
        Comparison changes = Comparison.Of(structure, live, merged);
        if (!force)
            RefuseConflicts(others, changes, mayTake);

        // Sharing an existing value is not a write: the entry has no time then.
        ManagedFieldsEntry now = author with
        {
            Fields = named.Difference(Unowned),
            Time = changes.IsSame ? last?.Time : author.Time,
        };
        return (merged, ManagedFields.Of([.. Without(others, changes), now]));
    }

    private ManagedFields Track(JsonObject before, JsonObject after, ManagedFields owners, ManagedFieldsEntry author)
    {
        Comparison changes = Comparison.Of(structure, before, after);
        if (changes.IsSame)
            return owners;
        List<ManagedFieldsEntry> entries = Without(owners.Entries, changes);
        FieldSet mine = changes.Changed.Difference(Unowned);
        if (!mine.IsEmpty)
        {
            int index = entries.FindIndex(entry => entry.Identity == author.Identity);
            FieldSet held = index < 0 ? FieldSet.Empty : entries[index].Fields;
            if (index >= 0)
                entries.RemoveAt(index);
            entries.Add(author with { Fields = held.Union(mine) });
        }

        return Cap(entries);
    }

    private static List<ManagedFieldsEntry> Without(IEnumerable<ManagedFieldsEntry> entries, Comparison changes) =>
        [.. entries.Select(entry => entry with { Fields = entry.Fields.Difference(changes.Changed).Difference(changes.Removed) })];

    private static void RefuseConflicts(List<ManagedFieldsEntry> others, Comparison changes, FieldSet? mayTake)
    {
        (ManagedFieldsEntry, string)[] conflicts =
        [
            .. others.SelectMany(entry =>
                entry.Fields.Intersection(changes.Changed).Difference(mayTake ?? FieldSet.Empty).Paths().Select(path => (entry, path))
            ),
        ];
        if (conflicts.Length > 0)
            throw new ApplyConflictException(conflicts);
    }

    // Merges the oldest entries of managers that wrote once.
    private static ManagedFields Cap(List<ManagedFieldsEntry> entries)
    {
        List<ManagedFieldsEntry> updaters =
        [
            .. entries
                .Where(static entry => !entry.IsApplied && !entry.Fields.IsEmpty)
                .OrderBy(static entry => entry.Time ?? "", StringComparer.Ordinal)
                .ThenBy(static entry => entry.Manager, StringComparer.Ordinal),
        ];
        int surplus = updaters.Count - MaximumUpdaters;
        if (surplus <= 0)
            return ManagedFields.Of(entries);
        var buckets = new Dictionary<string, ManagedFieldsEntry>(StringComparer.Ordinal);
        foreach (ManagedFieldsEntry oldest in updaters)
        {
            if (surplus <= 0)
                break;
            entries.Remove(oldest);
            if (buckets.Remove(oldest.ApiVersion, out ManagedFieldsEntry? bucket))
            {
                entries.Remove(bucket);
                buckets[oldest.ApiVersion] = bucket with
                {
                    Manager = Ancient,
                    Subresource = "",
                    Time = oldest.Time,
                    Fields = bucket.Fields.Union(oldest.Fields),
                };
                surplus--;
            }
            else
            {
                buckets[oldest.ApiVersion] = oldest;
            }

            entries.Add(buckets[oldest.ApiVersion]);
        }

        return ManagedFields.Of(entries);
    }
}
