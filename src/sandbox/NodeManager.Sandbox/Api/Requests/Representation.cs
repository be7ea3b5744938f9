namespace NodeManager.Sandbox.Api.Requests;

/// <summary>In which shape a client wants what it reads.</summary>
internal enum Representation
{
    /// <summary>As it is.</summary>
    Whole,

    /// <summary>Metadata alone.</summary>
    Metadata,

    /// <summary>As rows of cells.</summary>
    Table,
}
