namespace NodeManager.Core.Scheduler.Catalog;

/// <summary>What a field of a configuration takes.</summary>
public enum ValueKind
{
    Any,
    Text,
    Boolean,
    Int32,
    Int64,
    Number,

    /// <summary>Go's duration text: <c>15s</c>, <c>1h30m</c>.</summary>
    Duration,

    /// <summary>Text or a number: <c>500m</c>, <c>2</c>.</summary>
    Quantity,
    List,
    Object,

    /// <summary>Keys of the user's own.</summary>
    Map,
}
