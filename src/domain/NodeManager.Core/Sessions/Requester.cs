namespace NodeManager.Core.Sessions;

/// <summary>
/// The user who requested the current work, in a process that works for several users. Records in the cluster name this user instead of the
/// process's. Flows with asynchronous calls, and into operations that they start.
/// </summary>
public static class Requester
{
    private static readonly AsyncLocal<string?> Ambient = new();

    /// <summary>Null if the process works for its own user.</summary>
    public static string? Current => Ambient.Value;

    /// <summary>Sets the requester on this asynchronous flow until disposed.</summary>
    /// <param name="name">The user's name in records.</param>
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
