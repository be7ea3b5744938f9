namespace NodeManager.Sandbox.Controllers.Nodes;

internal enum ZoneState
{
    Initial,

    Normal,

    /// <summary>At least 55 % of the nodes, and more than two, are not ready.</summary>
    PartialDisruption,

    FullDisruption,
}
