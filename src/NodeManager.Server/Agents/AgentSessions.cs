using System.Collections.Concurrent;
using System.Security.Cryptography;
using ModelContextProtocol.Server;
using NodeManager.Server.Agents.Plans;

namespace NodeManager.Server.Agents;

/// <summary>
/// HTTP sessions of agents, bound to their credential. A new session ends the caller's oldest ones beyond the limit, so that no caller uses
/// up the sessions of others. Thread-safe.
/// </summary>
internal sealed class AgentSessions(AgentToolset tools, ILoggerFactory loggers, TimeProvider time) : IAsyncDisposable
{
    /// <summary>The limits per caller and in total.</summary>
    public const int MaximumOfCaller = 20,
        Maximum = 400;

    /// <summary>An idle session may be ended after this time.</summary>
    public static readonly TimeSpan IdleAfter = TimeSpan.FromMinutes(30);

    private readonly ConcurrentDictionary<string, AgentSession> _sessions = new();
    private long _uses;

    /// <summary>Opens a session. At a limit, ends the oldest session of the caller, or of the caller with the most sessions.</summary>
    public async Task<AgentSession> OpenAsync(AgentCaller caller)
    {
        long now = time.GetTimestamp();
        foreach (AgentSession idle in _sessions.Values.Where(session => time.GetElapsedTime(session.UsedAt, now) > IdleAfter))
            await EndAsync(idle);
        AgentSession[] own = [.. _sessions.Values.Where(session => session.Caller == caller)];
        if (own.Length >= MaximumOfCaller)
            await EndAsync(own.MinBy(static session => session.UseNumber)!);
        else if (
            _sessions.Count >= Maximum
            && _sessions.Values.GroupBy(static session => session.Caller).MaxBy(static group => group.Count()) is { } largest
        )
            await EndAsync(largest.MinBy(static session => session.UseNumber)!);
        string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var transport = new StreamableHttpServerTransport(loggers) { SessionId = id };
        var session = new AgentSession(id, caller, transport, McpServer.Create(transport, tools.For(caller), loggers, null))
        {
            UsedAt = now,
            UseNumber = Interlocked.Increment(ref _uses),
        };
        _sessions[id] = session;
        return session;
    }

    /// <summary>Null if unknown.</summary>
    public AgentSession? Find(string id)
    {
        if (!_sessions.TryGetValue(id, out AgentSession? session))
            return null;
        session.UsedAt = time.GetTimestamp();
        session.UseNumber = Interlocked.Increment(ref _uses);
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

    /// <summary>No other caller may use it.</summary>
    public AgentCaller Caller { get; }

    public StreamableHttpServerTransport Transport { get; }

    /// <summary>The timestamp of its last request.</summary>
    public long UsedAt { get; set; }

    /// <summary>Orders sessions by their last request; timestamps may be equal.</summary>
    public long UseNumber { get; set; }

    /// <summary>The handshake succeeded.</summary>
    public bool IsInitialized => _server.ClientInfo is not null;

    /// <summary>Cancelled with the session.</summary>
    public CancellationToken Closed { get; }

    /// <summary>Reserves the session's single stream. False: it is in use.</summary>
    public bool TryListen() => Interlocked.Exchange(ref _listeners, 1) == 0;

    /// <summary>Releases the stream.</summary>
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
