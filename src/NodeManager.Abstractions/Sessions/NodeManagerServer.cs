using System.Security;

namespace NodeManager;

/// <summary>
/// A server with the console and the REST API, as a child process of this one. Live: its state follows the process. It ends with its session, with
/// the module and with this process.
/// </summary>
public sealed class NodeManagerServer
{
    private string _state = NodeManagerServerState.Running;

    /// <summary>The address at which it listens, on loopback only.</summary>
    public required Uri Address { get; init; }

    /// <summary>The port of the address.</summary>
    public int Port => Address.Port;

    /// <summary>What users call the cluster that it serves.</summary>
    public required string Cluster { get; init; }

    /// <summary>The session whose cluster and rights it has.</summary>
    public required NodeManagerSession Session { get; init; }

    /// <summary>Opens the console once, until <see cref="SignInExpiresAt"/>. It makes a browser an admin of the server.</summary>
    public string SignInLink { get; internal set; } = "";

    public DateTimeOffset SignInExpiresAt { get; internal set; }

    /// <summary>A bearer token that reads; for <c>Invoke-RestMethod -Authentication Bearer -Token</c>. It ends with the server.</summary>
    public required SecureString ViewerToken { get; init; }

    /// <summary>A bearer token that reads and changes.</summary>
    public required SecureString AdminToken { get; init; }

    /// <summary>The id of the server's process.</summary>
    public required int ProcessId { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>A <see cref="NodeManagerServerState"/>.</summary>
    public string State => Volatile.Read(ref _state);

    public DateTimeOffset? EndedAt { get; private set; }

    /// <summary>The exit code of the process; null while it runs.</summary>
    public int? ExitCode { get; private set; }

    /// <summary>The cause of its end without being stopped; empty otherwise.</summary>
    public string Error { get; private set; } = "";

    /// <summary>Where its log and audit lines are appended; empty where they are not kept.</summary>
    public string LogPath { get; init; } = "";

    internal void End(string state, int exitCode, string error, DateTimeOffset at)
    {
        (ExitCode, Error, EndedAt) = (exitCode, error, at);
        Volatile.Write(ref _state, state);
    }

    /// <summary>The address, without a credential.</summary>
    public override string ToString() => Address.GetLeftPart(UriPartial.Authority);
}

/// <summary>What became of a server.</summary>
public static class NodeManagerServerState
{
    public const string Running = nameof(Running);

    /// <summary>By Stop-NodeManagerServer, or with its session.</summary>
    public const string Stopped = nameof(Stopped);

    /// <summary>The process ended without being stopped.</summary>
    public const string Failed = nameof(Failed);
}
