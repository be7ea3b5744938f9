namespace NodeManager.Sandbox.Model.Resources;

/// <summary>When validation checks an object's metadata.</summary>
internal enum MetadataOrder
{
    /// <summary>Before the kind's own rules.</summary>
    First,

    /// <summary>After the kind's own rules, and only if these found no fault, when the object is new; before them when it is changed.</summary>
    LastOfNew,

    /// <summary>After the kind's own rules, and only if these found no fault.</summary>
    Last,
}
