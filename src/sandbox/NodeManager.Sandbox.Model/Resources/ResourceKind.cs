using System.Text.Json.Serialization.Metadata;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Structure;

namespace NodeManager.Sandbox.Model.Resources;

/// <summary>
/// What the API needs to know of a kind. One instance each, compared by reference. What may change of a custom kind while it is served
/// stands in its <see cref="Custom"/>, which is replaced as a whole: readers take no lock and never see half of a change.
/// </summary>
internal sealed class ResourceKind
{
    private Dictionary<string, int>? _fieldIndexes;
    private CustomDefinition? _custom;

    /// <summary>What a CustomResourceDefinition says of it now; null for a built-in kind.</summary>
    public CustomDefinition? Custom
    {
        get => Volatile.Read(ref _custom);
        set => Volatile.Write(ref _custom, value);
    }

    /// <summary>Cancelled when the kind is withdrawn; never for a built-in one.</summary>
    public CancellationToken Ended { get; init; }

    /// <summary>The kind under which its objects are stored: its own, unless it shows those of another kind in another form.</summary>
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

    /// <summary>Selectable beyond metadata.name and metadata.namespace, which all kinds have.</summary>
    public SelectableField[] SelectableFields { get; init; } = [];

    /// <summary>True where status is written through its own subresource only, and spec not through it.</summary>
    public bool HasStatus { get; init; }

    public bool HasScale { get; init; }

    /// <summary>True where metadata.generation counts changes of the specification.</summary>
    public bool HasGeneration { get; init; }

    /// <summary>From which minor version on it does.</summary>
    public int GenerationFrom { get; init; }

    /// <summary>True where deleting answers with the object rather than with a Status.</summary>
    public bool ReturnsDeleted { get; init; }

    /// <summary>The minor version from which it is so; null for always.</summary>
    public int? ReturnsDeletedFrom { get; init; }

    /// <summary>True where deleting leaves the dependents, unless asked otherwise.</summary>
    public bool OrphansByDefault { get; init; }

    /// <summary>The finalizer that each object has from the start and keeps until it is no longer in use; null for none.</summary>
    public string? Protection { get; init; }

    /// <summary>The subresources beyond <c>status</c> and <c>scale</c>.</summary>
    public string[] Subresources { get; init; } = [];

    /// <summary>The minor version from which the label <c>kubernetes.io/metadata.name</c> repeats the name; null for never.</summary>
    public int? NameLabelFrom { get; init; }

    /// <summary>False where a deletion records no grace period, because the object remains until it is empty.</summary>
    public bool CountsGraceSeconds { get; init; } = true;

    /// <summary>False where no object can depend on one of this kind.</summary>
    public bool HasDependents { get; init; } = true;

    /// <summary>Whether validation reports faults of the metadata before or after those of the rest.</summary>
    public MetadataOrder MetadataChecked { get; init; }

    /// <summary>True where a finalizer needs no domain in its name.</summary>
    public bool AllowsUnqualifiedFinalizers { get; init; }

    /// <summary>False where an update must name the resourceVersion it was made from.</summary>
    public bool AllowsUnconditionalUpdate { get; init; } = true;

    /// <summary>True where replacing what is not there creates it.</summary>
    public bool CreatesOnUpdate { get; init; }

    /// <summary>The minor version from which all of a namespace can be deleted immediately; null for never.</summary>
    public int? DeletesCollectionsFrom { get; init; } = 0;

    /// <summary>False for what is computed, not stored (metrics).</summary>
    public bool IsStored { get; init; } = true;

    /// <summary>True for a question that is answered when it is asked (an access review): it can be created and nothing else.</summary>
    public bool IsReview { get; init; }

    /// <summary>The feature that has to be switched on for it, see <see cref="SandboxFeatures"/>; null where it is always there.</summary>
    public string? Feature { get; init; }

    /// <summary>How our code reads it; null where it does not.</summary>
    public JsonTypeInfo? Type { get; init; }

    /// <summary>Rules beyond the common ones; null if there are none.</summary>
    public KindRules Rules { get; init; } = KindRules.None;

    /// <summary>The name of its type in the API's schema, where that is not the kind's own.</summary>
    public string SchemaType
    {
        get => field ?? Kind;
        init;
    }

    public string ListKind => Custom?.Names.ListKind ?? Kind + "List";

    /// <summary>As messages of the API name it: <c>pods</c>, <c>deployments.apps</c>.</summary>
    public string QualifiedResource => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    /// <summary>As validation messages name it: <c>Node</c>, <c>Deployment.apps</c>.</summary>
    public string QualifiedKind => Group.Length == 0 ? Kind : $"{Kind}.{Group}";

    /// <summary>The rules at one of its versions; of a custom kind, null means the version that is stored.</summary>
    public KindRules RulesAt(string? version) => Custom?.At(version).Rules ?? Rules;

    /// <summary>How its parts are told apart, at one of its versions, in a Kubernetes of a minor version.</summary>
    public ValueStructure StructureAt(string? version, int minor) =>
        Custom?.At(version).Structure ?? ApiStructures.Of(minor).OfKind(SchemaType);

    public bool HasGenerationAt(int minor) => HasGeneration && minor >= GenerationFrom;

    public bool HasStatusAt(string? version) => Custom?.At(version).HasStatus ?? HasStatus;

    public bool HasScaleAt(string? version) => Custom is { } custom ? custom.At(version).Scale is not null : HasScale;

    public string ApiVersion(string version) => Group.Length == 0 ? version : $"{Group}/{version}";

    /// <summary>The version that a Kubernetes of this minor version prefers.</summary>
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
