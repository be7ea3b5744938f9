using System.Globalization;
using Microsoft.AspNetCore.Connections;

namespace NodeManager.Server.Access;

/// <summary>
/// Limits connections without credentials per address and in total: a new one ends older ones, so that probes and authenticated callers
/// always connect. New connections have a grace period, so that simultaneous callers do not end each other. A silent connection ends after
/// a few seconds. Thread-safe.
/// </summary>
internal sealed class ConnectionGate(TimeProvider time)
{
    /// <summary>Connections without an authenticated request, per address and in total, not counting new ones.</summary>
    public const int MaximumOfAddress = 200,
        Maximum = 500;

    /// <summary>The limit including new ones.</summary>
    public const int MaximumWithNew = 3000;

    /// <summary>How long a connection is new: on a busy machine, simultaneous callers wait for each other.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <summary>After accepting a connection, or its TLS handshake.</summary>
    public static readonly TimeSpan FirstByteLimit = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedList<GatedConnection>> _strangers = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>Connections without an authenticated request.</summary>
    public int Unauthenticated
    {
        get
        {
            lock (_gate)
                return _count;
        }
    }

    /// <summary>The first middleware of a connection.</summary>
    public ConnectionDelegate Enter(ConnectionDelegate next) =>
        async connection =>
        {
            using GatedConnection entered = Add(connection);
            connection.Features.Set(entered);
            await next(connection);
        };

    /// <summary>The middleware before HTTP, which ends silent connections.</summary>
    public ConnectionDelegate AwaitFirstByte(ConnectionDelegate next) =>
        async connection =>
        {
            using var limit = new CancellationTokenSource(FirstByteLimit, time);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, connection.ConnectionClosed);
            try
            {
                var first = await connection.Transport.Input.ReadAsync(stop.Token);
                // Consumes nothing: HTTP reads the same bytes.
                connection.Transport.Input.AdvanceTo(first.Buffer.Start);
            }
            catch (OperationCanceledException)
            {
                connection.Abort(new ConnectionAbortedException("The client sent nothing."));
                return;
            }

            await next(connection);
        };

    /// <summary>Runs after authentication: the connection is no longer limited.</summary>
    public static Task ReleaseAsync(HttpContext context, RequestDelegate next)
    {
        if (context.User.Identity?.IsAuthenticated == true)
            context.Features.Get<GatedConnection>()?.Release();
        return next(context);
    }

    internal void Remove(GatedConnection connection)
    {
        lock (_gate)
        {
            if (connection.Place is not { } place)
                return;
            connection.Place = null;
            LinkedList<GatedConnection> others = place.List!;
            others.Remove(place);
            if (others.Count == 0)
                _strangers.Remove(connection.Address);
            _count--;
        }
    }

    private GatedConnection Add(ConnectionContext connection)
    {
        string address = CallerAddress.Of((connection.RemoteEndPoint as System.Net.IPEndPoint)?.Address);
        var entered = new GatedConnection(this, connection, address, time.GetTimestamp());
        List<GatedConnection> ended = [];
        lock (_gate)
        {
            if (!_strangers.TryGetValue(address, out LinkedList<GatedConnection>? own))
                _strangers[address] = own = new();
            while (own.Count >= MaximumOfAddress && IsOld(own.First!.Value))
                ended.Add(Take(own));
            // Of the address with the most connections.
            if (
                _count >= Maximum
                && _strangers.Values.MaxBy(static one => one.Count) is { First: { } first } most
                && (IsOld(first.Value) || _count >= MaximumWithNew)
            )
                ended.Add(Take(most));
            if (own.Count == 0)
                _strangers[address] = own;
            entered.Place = own.AddLast(entered);
            _count++;
        }

        foreach (GatedConnection one in ended)
            one.Abort();
        return entered;
    }

    private bool IsOld(GatedConnection connection) => time.GetElapsedTime(connection.EnteredAt) > Grace;

    // The oldest of an address.
    private GatedConnection Take(LinkedList<GatedConnection> connections)
    {
        GatedConnection oldest = connections.First!.Value;
        Remove(oldest);
        return oldest;
    }
}

/// <summary>A connection until its first authenticated request.</summary>
internal sealed class GatedConnection(ConnectionGate gate, ConnectionContext connection, string address, long enteredAt) : IDisposable
{
    public long EnteredAt { get; } = enteredAt;

    public string Address { get; } = address;

    /// <summary>Null once it is authenticated. Guarded by the gate.</summary>
    internal LinkedListNode<GatedConnection>? Place { get; set; }

    public void Release() => gate.Remove(this);

    public void Abort() =>
        connection.Abort(
            new ConnectionAbortedException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The client has more than {ConnectionGate.MaximumOfAddress} connections without credentials."
                )
            )
        );

    public void Dispose() => gate.Remove(this);
}
