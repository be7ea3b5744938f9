namespace NodeManager.Sandbox.Model.Schema;

/// <summary>A field of an API type.</summary>
/// <param name="Type">A scalar, a special form (<c>time</c>, <c>quantity</c>, …) or a type name.</param>
internal sealed record SchemaField(int Number, string Name, string Type, SchemaShape Shape)
{
    /// <summary>The JSON form has the type's fields in place of this one (<c>inline</c>).</summary>
    public bool IsInline { get; init; }

    /// <summary>Zero and empty text differ from absent (<c>optional</c>).</summary>
    public bool IsOptional { get; init; }

    /// <summary>
    /// The last minor version whose server writes the field even if it is not set (<c>always</c>, <c>always=33</c>); negative for none.
    /// </summary>
    public int AlwaysUntil { get; init; } = -1;

    /// <summary>
    /// The keys of list elements (<c>x-kubernetes-list-map-keys</c>, <c>map=</c>); empty for a set; null for an atomic list.
    /// </summary>
    public string[]? ListKeys { get; init; }

    /// <summary>Overrides whether a map or object is <c>atomic</c> or <c>granular</c>; null for the type's default.</summary>
    public bool? IsAtomic { get; init; }

    /// <summary>The merge key of a strategic merge patch (<c>merge=</c>); empty for values; null where the list is replaced.</summary>
    public string? MergeKey { get; init; }

    /// <summary>The inline types that it comes from, each followed by a dot; empty for the type's own field.</summary>
    public string Within { get; init; } = "";

    /// <summary>The default of a missing key (<c>default=</c>); null for none.</summary>
    public string? Default { get; init; }

    /// <summary>The first minor version with the field (<c>from=</c>); 0 for all.</summary>
    public int From { get; init; }

    /// <summary>The first minor version without the field (<c>until=</c>); null for none.</summary>
    public int? Until { get; init; }

    /// <summary>Required in the API's OpenAPI (<c>required</c>).</summary>
    public bool IsRequired { get; init; }

    /// <summary>The allowed texts (<c>enum=</c>); null for any.</summary>
    public string[]? Values { get; init; }

    /// <summary>A strategic merge patch may list the members to keep (<c>retainKeys</c>).</summary>
    public bool RetainsKeys { get; init; }

    /// <summary>The minor version from which a strategic merge patch replaces the object (<c>replace=</c>); null where it merges.</summary>
    public int? ReplacesFrom { get; init; }

    /// <summary>The type's name in OpenAPI, if not <see cref="Type"/> (<c>as=</c>).</summary>
    public string? OpenApiName { get; init; }

    /// <summary>The server of this minor version writes the field even if it is not set.</summary>
    public bool IsAlwaysAt(int minor) => minor <= AlwaysUntil;

    public bool IsServedBy(int minor) => minor >= From && !(minor >= Until);
}
