namespace NodeManager.SchedulerConfigurations.Catalog;

/// <summary>The kind of a configuration field.</summary>
public enum ValueKind
{
    Any,
    Text,
    Boolean,
    Int32,
    Int64,
    Number,

    /// <summary>A number with 32 bits.</summary>
    Float32,

    /// <summary>Go's duration text: <c>15s</c>, <c>1h30m</c>.</summary>
    Duration,

    /// <summary>A duration that may be missing, but not null.</summary>
    DurationNotNull,

    /// <summary>Bytes in base64.</summary>
    Bytes,

    /// <summary>Text or a number: <c>500m</c>, <c>2</c>.</summary>
    Quantity,
    List,
    Object,

    /// <summary>User-defined keys.</summary>
    Map,
}
