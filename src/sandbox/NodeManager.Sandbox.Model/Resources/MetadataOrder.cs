namespace NodeManager.Sandbox.Model.Resources;

/// <summary>When metadata is validated.</summary>
internal enum MetadataOrder
{
    First,

    /// <summary>For a new object after the kind's rules, if these found no fault; for a changed one before them.</summary>
    LastOfNew,

    /// <summary>After the kind's rules, if these found no fault.</summary>
    Last,
}
