namespace NodeManager.Sandbox.Model.Schema;

/// <summary>A field of one of the API's types.</summary>
/// <param name="Number">In the protocol buffer form.</param>
/// <param name="Name">In the JSON form.</param>
/// <param name="Type">A scalar, one of the API's own forms (<c>time</c>, <c>quantity</c>, …) or the name of a type.</param>
/// <param name="Shape">One, several, or a map from text.</param>
internal sealed record SchemaField(int Number, string Name, string Type, SchemaShape Shape)
{
    /// <summary>True where the JSON form has the type's fields themselves in the place of this one (<c>inline</c>).</summary>
    public bool IsInline { get; init; }

    /// <summary>True where zero and empty text are values, unlike nothing (<c>optional</c>).</summary>
    public bool IsOptional { get; init; }

    /// <summary>The last minor version of Kubernetes whose server writes the field even if it is not set (<c>always</c>, <c>always=33</c>); negative where none does.</summary>
    public int AlwaysUntil { get; init; } = -1;

    /// <summary>By what the elements of a list are told apart, as <c>x-kubernetes-list-map-keys</c> says it (<c>map=</c>); none for a set of values; null where the list is one value.</summary>
    public string[]? ListKeys { get; init; }

    /// <summary>Whether a map or object is one value (<c>atomic</c>) or many (<c>granular</c>) whatever its type says; null where the type says it.</summary>
    public bool? IsAtomic { get; init; }

    /// <summary>By what a strategic merge patch tells a list's elements apart (<c>merge=</c>); empty for values; null where it replaces the list.</summary>
    public string? MergeKey { get; init; }

    /// <summary>The inline types that it comes from, with a dot after each; empty for a field of the type's own.</summary>
    public string Within { get; init; } = "";

    /// <summary>What stands for a key that an element leaves out (<c>default=</c>); null if nothing does.</summary>
    public string? Default { get; init; }

    /// <summary>The minor version of Kubernetes from which there is the field (<c>from=</c>); 0 where no earlier one is told from it.</summary>
    public int From { get; init; }

    /// <summary>The minor version of Kubernetes from which there is the field no more (<c>until=</c>); null where it stayed.</summary>
    public int? Until { get; init; }

    /// <summary>True where the API's description calls it required (<c>required</c>): a manifest must contain it.</summary>
    public bool IsRequired { get; init; }

    /// <summary>The texts that it takes (<c>enum=</c>); null where any.</summary>
    public string[]? Values { get; init; }

    /// <summary>True where a strategic merge patch may say which members an object keeps (<c>retainKeys</c>).</summary>
    public bool RetainsKeys { get; init; }

    /// <summary>The minor version of Kubernetes from which a strategic merge patch replaces the object whole (<c>replace=</c>); null where it merges it.</summary>
    public int? ReplacesFrom { get; init; }

    /// <summary>The name of its type in the API's description, where that is not <see cref="Type"/> (<c>as=</c>).</summary>
    public string? ShownAs { get; init; }

    /// <summary>True where the server of this minor version writes the field even if it is not set.</summary>
    public bool IsAlwaysAt(int minor) => minor <= AlwaysUntil;

    public bool IsServedBy(int minor) => minor >= From && !(minor >= Until);
}
