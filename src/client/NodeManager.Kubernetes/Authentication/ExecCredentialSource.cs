using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using NodeManager.Kubernetes.Credentials;

namespace NodeManager.Kubernetes.Authentication;

/// <summary>Credentials of a plugin: run once for all waiting requests, cached until they expire or are refused.</summary>
internal sealed partial class ExecCredentialSource(ExecConfiguration configuration, TimeProvider time, ILogger logger)
    : CredentialSource(Credential.None)
{
    private readonly Lock _lock = new();
    private volatile Credential? _current;
    private Run? _run;

    public override ValueTask<Credential> GetAsync(CancellationToken cancellationToken)
    {
        Credential? current = _current;
        return IsValid(current) ? ValueTask.FromResult(current!) : FetchAsync(current, cancellationToken);
    }

    public override ValueTask<Credential> RefreshAsync(Credential refused, CancellationToken cancellationToken) =>
        FetchAsync(refused, cancellationToken);

    // A plugin may leave out the expiration. A certificate that has expired is refused here, so the server never refuses it.
    private bool IsValid(Credential? credential) =>
        credential is not null && !(credential.Expires <= time.GetUtcNow()) && !(credential.Certificate?.End < time.GetUtcNow());

    /// <param name="useless">The refused credential; a newer one of another caller is reused.</param>
    private async ValueTask<Credential> FetchAsync(Credential? useless, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Run run;
        lock (_lock)
        {
            if (!ReferenceEquals(_current, useless) && IsValid(_current))
                return _current!;
            run = _run ??= new(this);
            run.Callers++;
        }

        try
        {
            return await run.Answer.WaitAsync(cancellationToken);
        }
        finally
        {
            Leave(run);
        }
    }

    // A request with a short time limit does not end a sign-in that other requests wait for.
    private void Leave(Run run)
    {
        lock (_lock)
        {
            if (--run.Callers > 0 || _run != run)
                return;
            _run = null;
        }

        run.Stop.Cancel();
    }

    private async Task<Credential> RunAsync(Run run)
    {
        Credential? answer = null;
        try
        {
            answer = await ExecPlugin.RunAsync(configuration, logger, run.Stop.Token);
            LogAnswered(logger, configuration.Command, answer.Expires);
            return answer;
        }
        finally
        {
            lock (_lock)
            {
                _current = answer ?? _current;
                if (_run == run)
                    _run = null;
            }
        }
    }

    [SuppressMessage("Design", "CA1001", Justification = "The source has no timer and no wait handle, so it holds nothing.")]
    private sealed class Run
    {
        public Run(ExecCredentialSource source) => Answer = Task.Run(() => source.RunAsync(this));

        public Task<Credential> Answer { get; }

        public CancellationTokenSource Stop { get; } = new();

        /// <summary>The number of requests that wait for the answer.</summary>
        public int Callers { get; set; }
    }
}
