using System.Collections.Concurrent;
using System.Security.Cryptography;
using ModelContextProtocol.Server;
using NodeManager.Server.Agents.Plans;

namespace NodeManager.Server.Agents;

/// <summary>
/// The sessions of agents over HTTP, each bound to the credential that opened it. A caller's new session ends its own oldest ones, so that no caller
/// takes the sessions of others. Thread-safe.
/// </summary>
internal sealed class AgentSessions(AgentToolset tools, ILoggerFactory loggers, TimeProvider time) : IAsyncDisposable
{
    /// <summary>How many there may be: of a caller, and in all.</summary>
    public const int MaximumOfCaller = 20,
        Maximum = 400;

    /// <summary>After so long without a request a session may be ended.</summary>
    public static readonly TimeSpan IdleAfter = TimeSpan.FromMinutes(30);

    private readonly ConcurrentDictionary<string, AgentSession> _sessions = new();

    /// <summary>Opens a session. Ends the oldest of a caller who has too many, and of the caller with the most where all together are too many.</summary>
    public async Task<AgentSession> OpenAsync(AgentCaller caller)
    {
        DateTimeOffset now = time.GetUtcNow();
        foreach (AgentSession idle in _sessions.Values.Where(session => now - session.UsedAt > IdleAfter))
            await EndAsync(idle);
        AgentSession[] own = [.. _sessions.Values.Where(session => session.Caller == caller)];
        if (own.Length >= MaximumOfCaller)
            await EndAsync(own.MinBy(static session => session.UsedAt)!);
        else if (
            _sessions.Count >= Maximum
            && _sessions.Values.GroupBy(static session => session.Caller).MaxBy(static group => group.Count()) is { } most
        )
            await EndAsync(most.MinBy(static session => session.UsedAt)!);
        string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var transport = new StreamableHttpServerTransport(loggers) { SessionId = id };
        var session = new AgentSession(id, caller, transport, McpServer.Create(transport, tools.For(caller), loggers, null))
        {
            UsedAt = now,
        };
        _sessions[id] = session;
        return session;
    }

    /// <summary>The session of an id; null where there is none.</summary>
    public AgentSession? Find(string id)
    {
        if (!_sessions.TryGetValue(id, out AgentSession? session))
            return null;
        session.UsedAt = time.GetUtcNow();
        return session;
    }

    public async Task EndAsync(AgentSession session)
    {
        if (_sessions.TryRemove(session.Id, out _))
            await session.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (AgentSession session in _sessions.Values)
            await EndAsync(session);
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
        Closed = _closed.Token;
        _running = server.RunAsync(_closed.Token);
    }

    public string Id { get; }

    /// <summary>No other client may use it.</summary>
    public AgentCaller Caller { get; }

    public StreamableHttpServerTransport Transport { get; }

    public DateTimeOffset UsedAt { get; set; }

    /// <summary>Whether the handshake succeeded.</summary>
    public bool IsInitialized => _server.ClientInfo is not null;

    /// <summary>Ends with the session.</summary>
    public CancellationToken Closed { get; }

    /// <summary>Takes the one stream of the session for what is not an answer. False: it is in use.</summary>
    public bool TryListen() => Interlocked.Exchange(ref _listeners, 1) == 0;

    /// <summary>The stream has ended; the client may open it again.</summary>
    public void EndListening() => Interlocked.Exchange(ref _listeners, 0);

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _server.DisposeAsync();
        await Transport.DisposeAsync();
        _closed.Dispose();
    }
}
