using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using NodeManager.Kubernetes.Credentials;

namespace NodeManager.Kubernetes.Authentication;

/// <summary>Credentials of a plugin: run once for all waiting requests, cached until they expire or are refused.</summary>
[SuppressMessage(
    "Design",
    "CA1001",
    Justification = "The semaphore has no wait handle, so it holds nothing, and a caller may still wait for it."
)]
internal sealed partial class ExecCredentialSource(ExecConfiguration configuration, TimeProvider time, ILogger logger)
    : CredentialSource(Credential.None)
{
    private readonly SemaphoreSlim _one = new(1);
    private volatile Credential? _current;

    public override ValueTask<Credential> GetAsync(CancellationToken cancellationToken)
    {
        Credential? current = _current;
        return IsValid(current) ? ValueTask.FromResult(current!) : FetchAsync(current, cancellationToken);
    }

    public override ValueTask<Credential> RefreshAsync(Credential refused, CancellationToken cancellationToken) =>
        FetchAsync(refused, cancellationToken);

    // A plugin may leave out the expiration. A certificate that has expired is refused here, so the server never refuses it.
    private bool IsValid(Credential? credential) =>
        credential is not null
        && !(credential.Expires <= time.GetUtcNow())
        && !(credential.Certificate?.Leaf.NotAfter.ToUniversalTime() < time.GetUtcNow().UtcDateTime);

    /// <param name="useless">The refused credential; a newer one of another caller is reused.</param>
    private async ValueTask<Credential> FetchAsync(Credential? useless, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (!ReferenceEquals(_current, useless) && IsValid(_current))
                return _current!;
            Credential answer = await ExecPlugin.RunAsync(configuration, logger, cancellationToken);
            LogAnswered(logger, configuration.Command, answer.Expires);
            return _current = answer;
        }
        finally
        {
            _one.Release();
        }
    }
}
