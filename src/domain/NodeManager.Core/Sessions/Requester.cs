namespace NodeManager.Core.Sessions;

/// <summary>
/// Who requested the current work, in a process that works for several users. Records in the cluster name this user and not the one of the process. The
/// name goes with asynchronous calls, and with operations that they start.
/// </summary>
public static class Requester
{
    private static readonly AsyncLocal<string?> Ambient = new();

    /// <summary>Null where the process works for its own user.</summary>
    public static string? Current => Ambient.Value;

    /// <summary>Works for a user until the result is disposed, on the same asynchronous flow.</summary>
    /// <param name="name">As records are to name the user.</param>
    public static IDisposable Use(string name)
    {
        var scope = new Scope(Ambient.Value);
        Ambient.Value = name;
        return scope;
    }

    private sealed class Scope(string? before) : IDisposable
    {
        public void Dispose() => Ambient.Value = before;
    }
}
