namespace NodeManager;

/// <summary>What a repair may do to an unhealthy node, the gentlest first.</summary>
public enum NodeRepairAction
{
    /// <summary>Keep new pods away.</summary>
    Cordon,

    /// <summary>Cordon, and evict the pods.</summary>
    Drain,

    /// <summary>Restart the machine through its provider.</summary>
    Restart,

    /// <summary>Destroy the machine through its provider, and make another.</summary>
    Replace,
}
