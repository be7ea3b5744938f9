namespace NodeManager.Drains.Evictions;

internal enum RequestEnd
{
    Gone,

    /// <summary>The pod has to be evicted by the subresource.</summary>
    FellBack,

    /// <summary>A budget refuses, and <c>-Once</c> allows one request.</summary>
    Held,
}
