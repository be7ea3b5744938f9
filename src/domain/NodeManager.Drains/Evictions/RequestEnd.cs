namespace NodeManager.Drains.Evictions;

/// <summary>How it ended to ask for a pod by EvictionRequest.</summary>
internal enum RequestEnd
{
    /// <summary>The pod is gone.</summary>
    Gone,

    /// <summary>The pod has to be removed as always.</summary>
    FellBack,

    /// <summary>A budget refuses, and it was to be asked once.</summary>
    Held,
}
