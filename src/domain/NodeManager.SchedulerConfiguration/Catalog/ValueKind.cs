namespace NodeManager.SchedulerConfigurations.Catalog;

/// <summary>What a field of a configuration takes.</summary>
public enum ValueKind
{
    Any,
    Text,
    Boolean,
    Int32,
    Int64,
    Number,

    /// <summary>A number that 32 bits hold.</summary>
    Float32,

    /// <summary>Go's duration text: <c>15s</c>, <c>1h30m</c>.</summary>
    Duration,

    /// <summary>A duration that may be left out, but not written as null.</summary>
    DurationNotNull,

    /// <summary>Bytes in base64.</summary>
    Bytes,

    /// <summary>Text or a number: <c>500m</c>, <c>2</c>.</summary>
    Quantity,
    List,
    Object,

    /// <summary>Keys of the user's own.</summary>
    Map,
}
