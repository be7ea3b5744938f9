namespace NodeManager.Sandbox.Controllers.Nodes;

/// <summary>How much of a zone still reports.</summary>
internal enum ZoneState
{
    /// <summary>Not judged yet.</summary>
    Initial,

    /// <summary>Most nodes are ready.</summary>
    Normal,

    /// <summary>At least 55 % of the nodes, and more than two, are not ready.</summary>
    PartialDisruption,

    /// <summary>No node is ready.</summary>
    FullDisruption,
}
