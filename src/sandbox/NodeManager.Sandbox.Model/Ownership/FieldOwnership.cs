using System.Text.Json.Nodes;
using NodeManager.Sandbox.Model.Structure;

namespace NodeManager.Sandbox.Model.Ownership;

/// <summary>
/// Keeps who owns which fields, write by write, as Kubernetes documents it for server-side apply: who changes a field owns it; who applies
/// owns what he names, shares what has the same value already, and takes away what he named before and names no more.
/// </summary>
/// <param name="structure">Of the objects.</param>
/// <param name="keepsOrder">How lists are merged; see <see cref="StructuredMerge.Merge"/>.</param>
/// <param name="ownsEmpty">True where who applies an empty object owns it.</param>
internal sealed class FieldOwnership(ValueStructure structure, bool keepsOrder, bool ownsEmpty)
{
    /// <summary>The owner of fields from before ownership was tracked.</summary>
    public const string BeforeFirstApply = "before-first-apply";

    private const int MostUpdaters = 10;
    private const string Ancient = "ancient-changes";

    // Without an owner: what identifies an object, and what the server counts.
    private static readonly FieldSet Unowned = FieldSetJson.Read(
        """
        {"f:apiVersion":{},"f:kind":{},"f:metadata":{".":{},"f:name":{},"f:namespace":{},"f:creationTimestamp":{},"f:selfLink":{},"f:uid":{},"f:clusterName":{},
        "f:generation":{},"f:managedFields":{},"f:resourceVersion":{}}}
        """u8
    );

    /// <summary>After a write that changes an object; what is new has nothing before.</summary>
    public ManagedFields Update(JsonObject? before, JsonObject after, ManagedFields owners, ManagedFieldsEntry author)
    {
        // An object whose owners were cleared has none until the next apply.
        if (before is not null && owners.IsEmpty)
            return owners;
        return Track(before ?? [], after, owners, author);
    }

    /// <summary>Applies a configuration.</summary>
    /// <param name="live">The object as it is; empty for one that is to be made.</param>
    /// <param name="configuration">What the manager wants, and no more than counts where it applies it.</param>
    /// <param name="owners">Of the live object.</param>
    /// <param name="author">Who applies, and when; its fields are of no interest.</param>
    /// <param name="force">Takes what others own.</param>
    /// <param name="mayTake">Of the conflicts, those that are none: null for none.</param>
    /// <exception cref="ApplyConflictException">Others own what it would change.</exception>
    /// <exception cref="OwnershipException">The configuration does not have the structure.</exception>
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

        // The name that a configuration states is not owned, but holds its metadata when the last owned field in there is given up.
        if (last is not null)
            merged = new AppliedPruning(structure).Prune(merged, last.Fields, [named, .. others.Select(static entry => entry.Fields)]);
        Comparison changes = Comparison.Of(structure, live, merged);
        if (!force)
            RefuseConflicts(others, changes, mayTake);

        // Who comes to share what is there already has not written: from then on his entry has no time.
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

    // Many that wrote once, long ago, are kept as one.
    private static ManagedFields Cap(List<ManagedFieldsEntry> entries)
    {
        List<ManagedFieldsEntry> updaters =
        [
            .. entries
                .Where(static entry => !entry.IsApplied && !entry.Fields.IsEmpty)
                .OrderBy(static entry => entry.Time ?? "", StringComparer.Ordinal)
                .ThenBy(static entry => entry.Manager, StringComparer.Ordinal),
        ];
        int surplus = updaters.Count - MostUpdaters;
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
