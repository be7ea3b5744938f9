using System.Diagnostics.Metrics;
using NodeManager.Core.Operations;

namespace NodeManager.Server.Metrics;

/// <summary>The server's own meters, for /metrics and other collectors.</summary>
internal sealed class ServerTelemetry
{
    public const string MeterName = "NodeManager.Server";

    private readonly Meter _meter;
    private readonly Counter<long> _signIns,
        _refusals,
        _operations,
        _lostAudit;
    private readonly UpDownCounter<long> _streams;

    public ServerTelemetry(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _signIns = _meter.CreateCounter<long>("nodemanager.sign_ins", null, "Exchanges of a sign-in link, by result.");
        _refusals = _meter.CreateCounter<long>(
            "nodemanager.refusals",
            null,
            "Requests that were refused for who sent them, by status code."
        );
        _operations = _meter.CreateCounter<long>("nodemanager.operations", null, "Operations that ended, by kind and state.");
        _lostAudit = _meter.CreateCounter<long>("nodemanager.audit_lines_lost", null, "Lines that could not be written to the audit file.");
        _streams = _meter.CreateUpDownCounter<long>("nodemanager.event_streams", null, "Event streams that are open.");
    }

    public void SignedIn(bool isAccepted) =>
        _signIns.Add(1, new KeyValuePair<string, object?>("result", isAccepted ? "accepted" : "refused"));

    public void Refused(int status) => _refusals.Add(1, new KeyValuePair<string, object?>("code", status));

    public void Ended(string kind, string state) => AddEnded(1, kind, state);

    /// <summary>Exports the counter of failures with 0. A counter that appears with 1 has no increase, and alerts would miss its first failure.</summary>
    public void ExpectFailures(IEnumerable<string> kinds)
    {
        foreach (string kind in kinds)
            AddEnded(0, kind, nameof(OperationState.Failed));
    }

    public void LostAudit() => _lostAudit.Add(1);

    /// <summary>Counts an open stream until the result is disposed.</summary>
    public IDisposable Streaming()
    {
        _streams.Add(1);
        return new Stream(_streams);
    }

    /// <summary>A gauge that is evaluated when metrics are read.</summary>
    public void Observe(string name, string help, Func<double> value) => _meter.CreateObservableGauge(name, value, null, help);

    private void AddEnded(int count, string kind, string state) =>
        _operations.Add(count, new("kind", kind), new KeyValuePair<string, object?>("state", state));

    private sealed class Stream(UpDownCounter<long> streams) : IDisposable
    {
        private int _isClosed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isClosed, 1) == 0)
                streams.Add(-1);
        }
    }
}
