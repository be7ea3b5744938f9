namespace NodeManager;

/// <summary>The state of a machine, as its provider reports it.</summary>
public static class MachineStatus
{
    /// <summary>It is being made; its provider has not finished.</summary>
    public const string Creating = nameof(Creating);

    public const string Running = nameof(Running);

    /// <summary>Powered off. For bare metal: free to be claimed.</summary>
    public const string Stopped = nameof(Stopped);

    /// <summary>Its power state is changing.</summary>
    public const string Changing = nameof(Changing);

    /// <summary>The provider does not say.</summary>
    public const string Unknown = nameof(Unknown);
}
