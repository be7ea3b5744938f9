using System.Collections.Concurrent;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Timing;
using NodeManager.Sandbox.Api.Requests;
using NodeManager.Sandbox.Model.Kinds.Errors;

namespace NodeManager.Sandbox.Api.Faults;

/// <summary>Applies faults to requests of any transport, except those without a resource (discovery, version).</summary>
internal sealed class ApiFaults
{
    private readonly ConcurrentDictionary<CancellationTokenSource, ResourcePath> _watches = new();
    private readonly FaultRegistry _board;
    private readonly KindCatalog _catalog;
    private readonly TimeProvider _time;

    public ApiFaults(FaultRegistry board, KindCatalog catalog, TimeProvider time)
    {
        _board = board;
        _catalog = catalog;
        _time = time;
        board.Changed += CutWatches;
    }

    /// <summary>The refusal, or null after an optional delay.</summary>
    public async Task<ApiException?> ApplyAsync(IncomingRequest request, CancellationToken cancellationToken)
    {
        if (_board.IsEmpty || PathParser.Parse(_catalog, request.Path) is not { } path)
            return null;
        string verb = RequestInfo.VerbOf(request.Method, path.Name.Length > 0, request.Query.IsTrue("watch"));
        foreach (Fault fault in _board.Active(SandboxFaultKind.ApiSlow))
            if (fault.Covers(path, verb) && fault.Draw())
                await _time.DelayAsync(fault.Request.Delay!.Value, cancellationToken);
        foreach (Fault fault in _board.Active(SandboxFaultKind.MetricsUnavailable))
        {
            if (path.Kind.Group == "metrics.k8s.io" && fault.Covers(path, verb) && fault.Draw())
                return new(503, "ServiceUnavailable", "the server is currently unable to handle the request");
        }

        foreach (Fault fault in _board.Active(SandboxFaultKind.ApiThrottled))
        {
            if (!fault.Covers(path, verb) || !fault.Draw())
                continue;
            int seconds = (int)Math.Ceiling(fault.Request.RetryAfter!.Value.TotalSeconds);
            return StatusErrors.TooManyRequests(
                "the server has received too many requests and has asked us to try again later",
                seconds,
                null
            );
        }

        foreach (Fault fault in _board.Active(SandboxFaultKind.ApiError))
            if (fault.Covers(path, verb) && fault.Draw())
                return StatusErrors.Internal($"the fault {fault.Request.Name} is active");
        if (verb is "update" or "patch")
        {
            foreach (Fault fault in _board.Active(SandboxFaultKind.ApiConflict))
                if (fault.Covers(path, verb) && fault.Draw())
                    return StatusErrors.Modified(path.Kind, path.Name);
        }

        if (verb == "list" && request.Query["continue"] is { Length: > 0 })
        {
            foreach (Fault fault in _board.Active(SandboxFaultKind.ContinueExpired))
            {
                if (fault.Covers(path, verb) && fault.Draw())
                    return StatusErrors.Expired(
                        "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter."
                    );
            }
        }

        return null;
    }

    /// <summary>Lets faults cut a watch until the result is disposed. A fault cancels the token.</summary>
    public IDisposable Register(ResourcePath path, out CancellationToken cut)
    {
        var watch = new CancellationTokenSource();
        cut = watch.Token;
        _watches[watch] = path;
        return new Registration(this, watch);
    }

    private void CutWatches(Fault fault)
    {
        if (!_board.Active(SandboxFaultKind.WatchCut).Contains(fault))
            return;
        foreach ((CancellationTokenSource watch, ResourcePath path) in _watches)
            if (fault.Covers(path, "watch") && fault.Draw())
                _ = watch.CancelAsync();
    }

    private sealed class Registration(ApiFaults owner, CancellationTokenSource watch) : IDisposable
    {
        public void Dispose() => owner._watches.TryRemove(watch, out _);
    }
}
