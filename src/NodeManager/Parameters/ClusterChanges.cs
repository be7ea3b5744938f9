namespace NodeManager.Parameters;

/// <summary>A cmdlet that changes clusters and must confirm changes of a protected one.</summary>
internal interface IClusterChange
{
    /// <summary>The name of the protected cluster to change; null without confirmation.</summary>
    string? ConfirmCluster { get; }
}

/// <summary>A cmdlet that supports ShouldProcess but only changes this computer or process.</summary>
internal interface ILocalChange;
