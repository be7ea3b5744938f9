namespace NodeManager;

/// <summary>The state of a fault.</summary>
public static class SandboxFaultState
{
    /// <summary>Its time is yet to come.</summary>
    public const string Waiting = nameof(Waiting);

    public const string Active = nameof(Active);

    /// <summary>Its time is over.</summary>
    public const string Ended = nameof(Ended);
}
