namespace NodeManager.Server.Access;

/// <summary>What a token or a browser session allows, until it is revoked or expires.</summary>
/// <param name="level">See <see cref="AccessLevel"/>.</param>
internal sealed class Grant(string level) : IDisposable
{
    private readonly CancellationTokenSource _ended = new();

    public string Level { get; } = level;

    /// <summary>Cancelled when it ends: what streams on its behalf stops then.</summary>
    public CancellationToken Ended => _ended.Token;

    public void End() => _ended.Cancel();

    public void Dispose() => _ended.Dispose();
}
