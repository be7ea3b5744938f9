using System.Collections.Concurrent;
using System.Security.Cryptography;
using ModelContextProtocol.Server;
using NodeManager.Server.Agents.Plans;

namespace NodeManager.Server.Agents;

/// <summary>
/// The sessions of agents over HTTP, each bound to the credential that opened it. Those that were idle for long give way to new ones. Thread-safe.
/// </summary>
internal sealed class AgentSessions(AgentToolset tools, ILoggerFactory loggers, TimeProvider time) : IAsyncDisposable
{
    /// <summary>How many there may be.</summary>
    public const int Most = 200;

    /// <summary>After so long without a request a session may be ended.</summary>
    public static readonly TimeSpan IdleAfter = TimeSpan.FromMinutes(30);

    private readonly ConcurrentDictionary<string, AgentSession> _sessions = new();

    /// <summary>Opens a session.</summary>
    /// <exception cref="NodeManagerException">TooManySessions.</exception>
    public async Task<AgentSession> OpenAsync(AgentCaller caller)
    {
        DateTimeOffset now = time.GetUtcNow();
        foreach (AgentSession idle in _sessions.Values.Where(session => now - session.UsedAt > IdleAfter)) await EndAsync(idle);
        if (_sessions.Count >= Most) throw new NodeManagerException("TooManySessions", ErrorKind.LimitsExceeded, $"{Most} sessions of agents are open.", null, "End one with DELETE, or try again later.");
        string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var transport = new StreamableHttpServerTransport(loggers) { SessionId = id };
        var session = new AgentSession(id, caller, transport, McpServer.Create(transport, tools.For(caller), loggers, null)) { UsedAt = now };
        _sessions[id] = session;
        return session;
    }

    /// <summary>The session of an id; null where there is none.</summary>
    public AgentSession? Find(string id)
    {
        if (!_sessions.TryGetValue(id, out AgentSession? session)) return null;
        session.UsedAt = time.GetUtcNow();
        return session;
    }

    public async Task EndAsync(AgentSession session)
    {
        if (_sessions.TryRemove(session.Id, out _)) await session.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (AgentSession session in _sessions.Values) await EndAsync(session);
    }
}

/// <summary>A session of an agent over HTTP.</summary>
internal sealed class AgentSession : IAsyncDisposable
{
    private readonly CancellationTokenSource _closed = new();
    private readonly McpServer _server;
    private readonly Task _running;
    private int _listeners;

    public AgentSession(string id, AgentCaller caller, StreamableHttpServerTransport transport, McpServer server)
    {
        Id = id;
        Caller = caller;
        Transport = transport;
        _server = server;
        _running = server.RunAsync(_closed.Token);
    }

    public string Id { get; }

    /// <summary>No other client may use it.</summary>
    public AgentCaller Caller { get; }

    public StreamableHttpServerTransport Transport { get; }

    public DateTimeOffset UsedAt { get; set; }

    /// <summary>The transport has one stream for what is not an answer.</summary>
    public bool TryListen() => Interlocked.Exchange(ref _listeners, 1) == 0;

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _server.DisposeAsync();
        await Transport.DisposeAsync();
        _closed.Dispose();
    }
}
