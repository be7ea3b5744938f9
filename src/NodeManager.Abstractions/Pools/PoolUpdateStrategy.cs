namespace NodeManager;

/// <summary>How a pool is rolled. An enum for the parameter <c>-Strategy</c> of <c>Update-NodePool</c>; results have the name as text.</summary>
public enum PoolUpdateStrategy
{
    /// <summary>A few nodes at a time: new ones first, then as many old ones leave.</summary>
    Surge,

    /// <summary>All new nodes first; the old ones stay, cordoned, until the new ones have proven themselves.</summary>
    BlueGreen,

    /// <summary>For pools of a service: the specification is changed, and the service rolls the nodes in its own way.</summary>
    Follow,
}
