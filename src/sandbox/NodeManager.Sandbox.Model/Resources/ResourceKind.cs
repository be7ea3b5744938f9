using System.Text.Json.Serialization.Metadata;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Structure;

namespace NodeManager.Sandbox.Model.Resources;

/// <summary>
/// A kind of the API. Compared by reference. The mutable part of a custom kind is its <see cref="Custom"/>, which is replaced atomically,
/// so readers need no lock.
/// </summary>
internal sealed class ResourceKind
{
    private Dictionary<string, int>? _fieldIndexes;
    private CustomDefinition? _custom;

    /// <summary>The current CustomResourceDefinition; null for a built-in kind.</summary>
    public CustomDefinition? Custom
    {
        get => Volatile.Read(ref _custom);
        set => Volatile.Write(ref _custom, value);
    }

    /// <summary>Cancelled when the kind is removed; never for a built-in one.</summary>
    public CancellationToken Ended { get; init; }

    /// <summary>The kind of the stored objects: itself, unless it shows those of another kind.</summary>
    public ResourceKind StoredAs
    {
        get => field ?? this;
        init;
    }

    /// <summary>Empty for core.</summary>
    public required string Group { get; init; }

    /// <summary>The preferred version first.</summary>
    public required ServedVersion[] Versions
    {
        get => Custom?.Served ?? field;
        init;
    }

    public required string Kind { get; init; }

    public required string Plural { get; init; }

    public string Singular => Custom?.Names.Singular ?? Kind.ToLowerInvariant();

    public string[] ShortNames
    {
        get => Custom?.Names.ShortNames ?? field;
        init;
    } = [];

    public string[] Categories
    {
        get => Custom?.Names.Categories ?? field;
        init;
    } = [];

    public bool IsNamespaced { get; init; } = true;

    /// <summary>In addition to metadata.name and metadata.namespace.</summary>
    public SelectableField[] SelectableFields { get; init; } = [];

    /// <summary>Status is a subresource.</summary>
    public bool HasStatus { get; init; }

    public bool HasScale { get; init; }

    /// <summary>metadata.generation counts changes of the specification.</summary>
    public bool HasGeneration { get; init; }

    /// <summary>The first minor version with a generation.</summary>
    public int GenerationFrom { get; init; }

    /// <summary>Deletion returns the object instead of a Status.</summary>
    public bool ReturnsDeleted { get; init; }

    /// <summary>The minor version from which it does; null for all.</summary>
    public int? ReturnsDeletedFrom { get; init; }

    /// <summary>Deletion orphans dependents by default.</summary>
    public bool OrphansByDefault { get; init; }

    /// <summary>The finalizer of objects in use; null for none.</summary>
    public string? Protection { get; init; }

    /// <summary>In addition to <c>status</c> and <c>scale</c>.</summary>
    public string[] Subresources { get; init; } = [];

    /// <summary>The minor version from which the label <c>kubernetes.io/metadata.name</c> has the name; null for never.</summary>
    public int? NameLabelFrom { get; init; }

    /// <summary>False where a deletion records no grace period, because the object stays until it is empty.</summary>
    public bool CountsGraceSeconds { get; init; } = true;

    /// <summary>False where the kind cannot own objects.</summary>
    public bool HasDependents { get; init; } = true;

    public MetadataOrder MetadataChecked { get; init; }

    /// <summary>Finalizers need no domain.</summary>
    public bool AllowsUnqualifiedFinalizers { get; init; }

    /// <summary>False where an update requires a resourceVersion.</summary>
    public bool AllowsUnconditionalUpdate { get; init; } = true;

    /// <summary>PUT creates a missing object.</summary>
    public bool CreatesOnUpdate { get; init; }

    /// <summary>The minor version from which a collection can be deleted; null for never.</summary>
    public int? DeletesCollectionsFrom { get; init; } = 0;

    /// <summary>False for computed kinds (metrics).</summary>
    public bool IsStored { get; init; } = true;

    /// <summary>A review: it can only be created, and is answered immediately.</summary>
    public bool IsReview { get; init; }

    /// <summary>The required feature, see <see cref="SandboxFeatures"/>; null for none.</summary>
    public string? Feature { get; init; }

    /// <summary>The serialization of its model; null without one.</summary>
    public JsonTypeInfo? Type { get; init; }

    /// <summary>Typed objects of workloads are kept only while they are in use, see <see cref="Store.BriefModels"/>.</summary>
    public bool HasBriefModels => HasScale;

    public KindRules Rules { get; init; } = KindRules.None;

    /// <summary>The type in the API schema, if not the kind's name.</summary>
    public string SchemaType
    {
        get => field ?? Kind;
        init;
    }

    public string ListKind => Custom?.Names.ListKind ?? Kind + "List";

    /// <summary>As in messages: <c>pods</c>, <c>deployments.apps</c>.</summary>
    public string QualifiedResource => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    /// <summary>As in validation messages: <c>Node</c>, <c>Deployment.apps</c>.</summary>
    public string QualifiedKind => Group.Length == 0 ? Kind : $"{Kind}.{Group}";

    /// <summary>The rules at a version; null for a custom kind's storage version.</summary>
    public KindRules RulesAt(string? version) => Custom?.At(version).Rules ?? Rules;

    public ValueStructure StructureAt(string? version, int minor) =>
        Custom?.At(version).Structure ?? ApiStructures.Of(minor).OfKind(SchemaType);

    public bool HasGenerationAt(int minor) => HasGeneration && minor >= GenerationFrom;

    public bool HasStatusAt(string? version) => Custom?.At(version).HasStatus ?? HasStatus;

    public bool HasScaleAt(string? version) => Custom is { } custom ? custom.At(version).Scale is not null : HasScale;

    public string ApiVersion(string version) => Group.Length == 0 ? version : $"{Group}/{version}";

    public string VersionAt(int minor)
    {
        foreach (ServedVersion version in Versions)
            if (version.IsServedBy(minor))
                return version.Name;
        return Versions[0].Name;
    }

    public bool AnswersWithDeleted(int minor) => ReturnsDeleted && (ReturnsDeletedFrom is not { } from || minor >= from);

    public bool DeletesCollections(int minor) => DeletesCollectionsFrom <= minor;

    public int IndexOfField(string path)
    {
        if (_fieldIndexes is null)
        {
            var indexes = new Dictionary<string, int>(StringComparer.Ordinal);
            for (int i = 0; i < SelectableFields.Length; i++)
                indexes[SelectableFields[i].Path] = i;
            _fieldIndexes = indexes;
        }

        return _fieldIndexes.GetValueOrDefault(path, -1);
    }

    public override string ToString() => QualifiedResource;
}
