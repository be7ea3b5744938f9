namespace NodeManager.Parameters;

/// <summary>A cmdlet that changes clusters: its parameter confirms changes of a protected one.</summary>
internal interface IClusterChange
{
    /// <summary>The name of the protected cluster that may be changed; null without it.</summary>
    string? ConfirmCluster { get; }
}

/// <summary>A cmdlet that asks before it acts, and changes this computer or this process only, no cluster.</summary>
internal interface ILocalChange;
